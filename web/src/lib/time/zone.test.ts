import { describe, expect, test } from 'vitest';
import { dayKey, instantOf, wallFrom, wallOf } from './zone';

const paris = 'Europe/Paris';
const at = (date: string, time: string, zone = paris) => {
	const { at, note } = instantOf(wallFrom(date, time)!, zone);
	return [at.toISOString(), note];
};

describe('wall time in a zone', () => {
	test('winter and summer', () => {
		expect(at('2026-01-15', '14:00')).toEqual(['2026-01-15T13:00:00.000Z', 'exact']);
		expect(at('2026-07-15', '14:00')).toEqual(['2026-07-15T12:00:00.000Z', 'exact']);
	});
	test('the hour that does not exist moves on', () => {
		expect(at('2026-03-29', '02:30')).toEqual(['2026-03-29T01:30:00.000Z', 'skipped']);
		expect(wallOf(new Date('2026-03-29T01:30:00Z'), paris)).toMatchObject({ hour: 3, minute: 30 });
	});
	test('the hour that comes twice is the first of the two', () => {
		expect(at('2026-10-25', '02:30')).toEqual(['2026-10-25T00:30:00.000Z', 'twice']);
	});
	test('around the jumps nothing is lost', () => {
		expect(at('2026-03-29', '01:59')[0]).toBe('2026-03-29T00:59:00.000Z');
		expect(at('2026-03-29', '03:00')[0]).toBe('2026-03-29T01:00:00.000Z');
		expect(at('2026-10-25', '03:00')[0]).toBe('2026-10-25T02:00:00.000Z');
	});
	test('halves of hours and far islands', () => {
		expect(at('2026-06-01', '00:00', 'Asia/Kolkata')[0]).toBe('2026-05-31T18:30:00.000Z');
		expect(at('2026-06-01', '00:00', 'Pacific/Kiritimati')[0]).toBe('2026-05-31T10:00:00.000Z');
		expect(dayKey(new Date('2026-05-31T22:30:00Z'), paris)).toBe('2026-06-01');
	});
	test('midnight reads as 00, never 24', () => {
		expect(wallOf(new Date('2026-05-31T22:00:00Z'), paris)).toMatchObject({ day: 1, hour: 0 });
	});
});

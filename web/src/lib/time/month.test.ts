import { expect, test } from 'vitest';
import { addDays, addMonths, clockOf, said, sheet, weekday, weekStart } from './month';

test('days are counted without a clock', () => {
	expect(addDays('2026-03-28', 2)).toBe('2026-03-30'); // over a change of clocks
	expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
	expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
	expect(addMonths('2028-03-31', -1)).toBe('2028-02-29');
	expect(addMonths('2026-12-15', 1)).toBe('2027-01-15');
	expect(weekday('2026-11-27')).toBe(4);
	expect(weekStart('2026-11-29')).toBe('2026-11-23');
});

test('a month is shown in whole weeks from Monday', () => {
	const november = sheet('2026-11-27');
	expect(november).toHaveLength(6);
	expect(november[0]![0]).toBe('2026-10-26');
	expect(november.at(-1)![6]).toBe('2026-12-06');
	expect(sheet('2027-02-10').flat()).toEqual(Array.from({ length: 28 }, (_, i) => addDays('2027-02-01', i)));
	for (const week of november) expect(weekday(week[0]!)).toBe(0);
});

test('a day is said in the language of Kith', () => {
	expect(said('2026-11-27', 'fr', { weekday: 'long', day: 'numeric', month: 'long' })).toBe('vendredi 27 novembre');
	expect(said('2026-11-27', 'en', { day: 'numeric', month: 'long', year: 'numeric' })).toBe('27 November 2026');
});

test('a time is understood as people write it', () => {
	for (const [text, clock] of Object.entries({ '9': '09:00', '930': '09:30', '0930': '09:30', '21:05': '21:05', '9h30': '09:30', '9 h': '09:00', '21\u202fh\u202f30': '21:30', '9.30 pm': '21:30', '12 am': '00:00', '12pm': '12:00', ' 7:05 ': '07:05' })) {
		expect(clockOf(text), text).toBe(clock);
	}
	for (const text of ['', '24:00', '9:60', '13 pm', 'noon', '9:3', '12345', '-1']) expect(clockOf(text), text).toBeNull();
});

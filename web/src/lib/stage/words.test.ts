import { expect, test } from 'vitest';
import { morning, took } from './words';

test('a morning is eight o’clock on the wall, also when the clocks change', () => {
	expect(morning(Date.parse('2026-12-01T09:40:00Z'), 'Europe/Paris').toISOString()).toBe('2026-12-02T07:00:00.000Z');
	expect(morning(Date.parse('2026-12-01T06:59:00Z'), 'Europe/Paris').toISOString()).toBe('2026-12-01T07:00:00.000Z');
	expect(morning(Date.parse('2026-12-01T07:00:00Z'), 'Europe/Paris').toISOString()).toBe('2026-12-02T07:00:00.000Z');
	expect(morning(Date.parse('2026-03-28T12:00:00Z'), 'Europe/Paris').toISOString()).toBe('2026-03-29T06:00:00.000Z');
	expect(morning(Date.parse('2026-12-01T09:40:00Z'), 'Europe/Paris', true).toISOString()).toBe('2026-12-07T07:00:00.000Z');
	expect(morning(Date.parse('2026-12-01T09:40:00Z'), 'Asia/Kolkata').toISOString()).toBe('2026-12-02T02:30:00.000Z');
});

test('how long it took is said in few words', () => {
	const said = (s: number, l = 'en') => took(s, l).replace(/\s/g, ' ');
	expect(said(42)).toBe('42 secs');
	expect(said(600)).toBe('10 mins');
	expect(said(5400)).toBe('1 hr 30 mins');
	expect(said(3 * 86_400, 'fr')).toBe('3 j');
});

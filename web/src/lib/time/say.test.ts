import { expect, test } from 'vitest';
import { dayName, relative } from './say';

const now = new Date('2026-11-22T15:00:00Z');
const paris = 'Europe/Paris';
const said = (at: string, locale = 'en') => relative(new Date(at), now, locale, paris).replace(/\s/g, ' ');

test('near moments are told by their distance', () => {
	expect(said('2026-11-22T14:59:40Z')).toBe('just now');
	expect(said('2026-11-22T14:55:00Z')).toBe('5 min ago');
	expect(said('2026-11-22T18:00:00Z')).toBe('in 3 hr');
	expect(said('2026-11-22T14:55:00Z', 'fr')).toBe('il y a 5 min');
	expect(said('2026-11-22T14:59:40Z', 'fr')).toBe('à l’instant');
	expect(said('2026-11-22T15:00:20Z', 'fr')).toBe('maintenant');
});

test('further ones by the day, in the zone of the workspace', () => {
	expect(said('2026-11-21T10:00:00Z')).toBe('yesterday 11:00');
	expect(said('2026-11-23T23:30:00Z', 'fr')).toBe('mar. 00:30');
	expect(said('2026-10-03T08:00:00Z', 'fr')).toBe('3 oct. 10:00');
	expect(said('2025-10-03T08:00:00Z', 'fr')).toBe('3 oct. 2025 10:00');
});

test('a heading begins with a capital', () => {
	expect(dayName(new Date('2026-11-22T08:00:00Z'), now, 'fr', paris, true)).toBe('Aujourd’hui');
	expect(dayName(new Date('2026-11-26T08:00:00Z'), now, 'fr', paris, true)).toBe('Jeudi 26 novembre');
});

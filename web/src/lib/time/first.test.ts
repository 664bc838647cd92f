import { expect, test } from 'vitest';
import { absolute, dayName } from './say';
import { said } from './month';

const at = (text: string) => new Date(text);

test('the first of a month is an ordinal in French, and only the first', () => {
	const now = at('2026-10-20T10:00:00Z');
	expect(dayName(at('2026-10-01T10:00:00Z'), now, 'fr', 'UTC')).toBe('1er oct.');
	expect(dayName(at('2026-10-01T10:00:00Z'), now, 'fr', 'UTC', true)).toBe('Jeudi 1er octobre');
	expect(absolute(at('2026-08-01T10:05:00Z'), 'fr', 'UTC')).toMatch(/^samedi 1er août 2026 à 10:05/);
	expect(said('2026-05-01', 'fr', { weekday: 'long', day: 'numeric', month: 'long' })).toBe('vendredi 1er mai');
	for (const day of ['11', '21', '31']) expect(said(`2026-10-${day}`, 'fr', { day: 'numeric', month: 'long' })).toBe(`${day} octobre`);
	expect(said('2026-10-01', 'en', { day: 'numeric', month: 'long' })).toBe('1 October');
});

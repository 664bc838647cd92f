import { expect, test } from 'vitest';
import { left, span, windowSpan } from './span';

test('a wait is said in its largest unit', () => {
	expect(span(20_000, 'en')).toBe('20 sec');
	expect(span(12 * 60_000, 'en')).toBe('12 min');
	expect(span(47 * 3600_000, 'en')).toContain('47');
	expect(span(3 * 86_400_000, 'fr').replace(/\s/g, ' ')).toBe('3 j');
});

test('what is left is said in two units', () => {
	const plain = (ms: number, locale: string) => left(ms, locale).replace(/\s/g, ' ');
	expect(plain(3 * 3600_000 + 12 * 60_000 + 40_000, 'en')).toBe('3 hr 12 min');
	expect(plain(3 * 3600_000, 'en')).toBe('3 hr');
	expect(plain(2 * 86_400_000 + 5 * 3600_000, 'fr')).toBe('2 jours 5 h');
	expect(plain(20_000, 'fr')).toBe('1 min');
});

test('a window is said exactly', () => {
	expect(windowSpan(60, 'en')).toBe('1 minute');
	expect(windowSpan(90, 'en')).toBe('90 seconds');
	expect(windowSpan(7200, 'fr').replace(/\s/g, ' ')).toBe('2 heures');
});

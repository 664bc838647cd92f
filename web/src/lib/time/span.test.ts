import { expect, test } from 'vitest';
import { span, windowSpan } from './span';

test('a wait is said in its largest unit', () => {
	expect(span(20_000, 'en')).toBe('20 sec');
	expect(span(12 * 60_000, 'en')).toBe('12 min');
	expect(span(47 * 3600_000, 'en')).toContain('47');
	expect(span(3 * 86_400_000, 'fr').replace(/\s/g, ' ')).toBe('3 j');
});

test('a window is said exactly', () => {
	expect(windowSpan(60, 'en')).toBe('1 minute');
	expect(windowSpan(90, 'en')).toBe('90 seconds');
	expect(windowSpan(7200, 'fr').replace(/\s/g, ' ')).toBe('2 heures');
});

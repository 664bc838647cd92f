import { expect, test, vi } from 'vitest';
import { houseNow, houseTimeIs, inLife } from './now.svelte';

test('a house that does not rehearse lives in the time of its browser', () => {
	expect(Math.abs(houseNow() - Date.now())).toBeLessThan(50);
	expect(inLife(15_000)).toBe(15_000);
});

test('a rehearsal goes on at its own pace between two answers', () => {
	vi.spyOn(performance, 'now').mockReturnValue(3000);
	const start = Date.parse('2026-12-01T09:00:00Z');
	houseTimeIs(start, 600, 1000);
	expect(houseNow() - start).toBe(2000 * 600);
	expect(inLife(3600_000)).toBe(6000);
	expect(inLife(60_000)).toBe(1000);
	houseTimeIs(start, 0, 1000);
	expect(houseNow()).toBe(start);
	expect(inLife(1000)).toBe(60_000);
});

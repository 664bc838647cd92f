import { describe, expect, it } from 'vitest';
import type { Channel } from '$lib/api/types';
import { added, limitOf, moved, nameOf } from './tags';

describe('tags', () => {
	it('are named as networks address them, once', () => {
		expect(nameOf(' @atelier.halles ')).toBe('atelier.halles');
		const one = added([], '@Lea', undefined)!;
		expect(one).toEqual([{ name: 'Lea', at: { x: 0.5, y: 0.2 } }]);
		expect(added(one, 'lea', undefined)).toBeNull();
		expect(added(one, '  ', undefined)).toBeNull();
		expect(added(one, 'Ben', null)).toEqual([...one, { name: 'Ben' }]);
		expect(added(one, 'Ben', { x: 0.1, y: 0.9 })!.at(-1)).toEqual({ name: 'Ben', at: { x: 0.1, y: 0.9 } });
	});
	it('stay on the picture', () => {
		expect(moved({ x: 0.995, y: 0.3 }, 0.01, -0.05)).toEqual({ x: 1, y: 0.25 });
		expect(moved({ x: 0, y: 0 }, -0.05, -0.05)).toEqual({ x: 0, y: 0 });
	});
	it('are for the kinds of posts that know them', () => {
		const media = (tags?: object) => ({ image: { tags }, video: {} });
		const channel = { limits: { media: media(), kinds: { story: { media: media({ max: 20, placed: 'optional' }) } } } } as unknown as Channel;
		expect(limitOf(channel, false)?.placed).toBe('optional');
		expect(limitOf(channel, true)).toBeUndefined();
	});
});

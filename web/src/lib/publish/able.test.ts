import { expect, test } from 'vitest';
import type { Channel } from '$lib/api/types';
import { noneCan } from './able';

const account = (...cannot: string[]) => ({ cannot: cannot.map((action) => ({ action, why: `no ${action}`, instead: 'ask' })) }) as unknown as Channel;

test('something is switched off when no account can do it, and says why', () => {
	expect(noneCan([account('video'), account('image', 'video')], 'video')).toMatchObject({ why: 'no video', instead: 'ask' });
});
test('one account that can is enough', () => {
	expect(noneCan([account('video'), account()], 'video')).toBeNull();
});
test('without accounts nothing is switched off', () => {
	expect(noneCan([], 'video')).toBeNull();
});

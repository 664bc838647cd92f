import { expect, test } from 'vitest';
import { wholeOf } from './whole-state';

const post = (state: string, ...states: string[]) => ({ state: state as 'published', publications: states.map((s) => ({ state: s })) });

test('a post is published where all of it is, and partly where some was cancelled', () => {
	expect(wholeOf(post('published', 'published', 'published'))).toEqual({ state: 'published' });
	expect(wholeOf(post('published', 'published', 'cancelled', 'published'))).toEqual({ state: 'partly', some: { n: 2, of: 3 } });
	expect(wholeOf(post('published', 'cancelled', 'cancelled'))).toEqual({ state: 'cancelled' });
	expect(wholeOf(post('published', 'deleted', 'cancelled'))).toEqual({ state: 'deleted' });
	expect(wholeOf(post('scheduled', 'scheduled', 'cancelled'))).toEqual({ state: 'scheduled' });
	expect(wholeOf(post('failed', 'failed', 'published', 'published'))).toEqual({ state: 'failed', some: { n: 2, of: 3 } });
	expect(wholeOf(post('failed', 'failed', 'cancelled'))).toEqual({ state: 'failed' });
	expect(wholeOf(post('published'))).toEqual({ state: 'published' });
});

import { expect, test } from 'vitest';
import { branches } from './tree';

const m = (id: string, parent_id = '', minute = 0) => ({ id, parent_id, at: new Date(minute * 60_000).toISOString() });
const shape = (all: ReturnType<typeof m>[]) => branches(all).map((b) => `${b.depth}${b.message.id}`);

test('answers stand under what they answer, in order of time', () => {
	expect(shape([m('d', 'a', 4), m('a', '', 1), m('c', 'b', 3), m('b', 'a', 2), m('e', '', 5)])).toEqual(['0a', '1b', '2c', '1d', '0e']);
});

test('an answer whose parent is not here stands alone', () => {
	expect(shape([m('b', 'gone', 2), m('a', '', 1)])).toEqual(['0a', '0b']);
});

test('nothing is lost in a circle', () => {
	expect(shape([m('a', 'b'), m('b', 'a'), m('c', 'c')]).length).toBe(3);
});

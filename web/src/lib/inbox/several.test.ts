import { expect, test } from 'vitest';
import { gather, inTurns } from './several';
import { span } from './span';

const pick = (id: string, message = false) => ({ id, message });
const came = (conversation_id: string, result: 'done' | 'unchanged' | 'refused', message_id = '', detail = '') => ({ conversation_id, message_id, person_id: '', result, detail });

test('slow acts are asked in small pieces, none lost', () => {
	const all = Array.from({ length: 60 }, (_, i) => i);
	expect(inTurns(all, 'done').map((x) => x.length)).toEqual([25, 25, 10]);
	expect(inTurns(all, 'delete').flat()).toEqual(all);
	expect(Math.max(...inTurns(all, 'delete').map((x) => x.length))).toBeLessThanOrEqual(5);
	expect(inTurns([], 'done')).toEqual([]);
});

test('a thing of which anything was refused is refused, with its reason', () => {
	const said = gather([pick('a'), pick('b'), pick('c'), pick('m', true)], [came('a', 'done', '1'), came('a', 'refused', '2', 'No.'), came('b', 'unchanged'), came('z', 'done', 'm')]);
	expect(said.map((b) => [b.pick.id, b.result, b.why])).toEqual([
		['a', 'refused', 'No.'],
		['b', 'unchanged', ''],
		['c', 'unchanged', ''],
		['m', 'done', '']
	]);
});

test('a span goes both ways, and is the one alone where it began nowhere', () => {
	const all = ['a', 'b', 'c', 'd'].map((id) => pick(id));
	const ids = (from: string, to: string) => span(all, from, to).map((p) => p.id);
	expect(ids('b', 'd')).toEqual(['b', 'c', 'd']);
	expect(ids('d', 'b')).toEqual(['b', 'c', 'd']);
	expect(ids('gone', 'c')).toEqual(['c']);
	expect(ids('a', 'gone')).toEqual([]);
});

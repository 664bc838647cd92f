import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { measure, used, type TextLimits } from './count';
import { xAddresses } from './weighted';
import { wantWeights, weights } from './weights.svelte';

const x: TextLimits = { max: 280, unit: 'weighted', url_length: 23 };
// The server counts the same texts, which were counted by X's own library.
const cases = JSON.parse(readFileSync(new URL('../../../../internal/text/testdata/weighted.json', import.meta.url), 'utf8')) as [string, number][];

test('until X’s way of counting is there, a text is counted nearly so', async () => {
	expect(used('a https://example.org/long/way b', x)).toBe(27);
	await wantWeights();
	expect(weights()).not.toBeNull();
	expect(used('の https://example.org/long/way', x)).toBe(26);
});

describe('X counts with weights', () => {
	beforeAll(wantWeights);
	test('there are cases', () => expect(cases.length).toBeGreaterThan(80));
	test.each(cases)('%j is %i', (text, n) => expect(used(text, x)).toBe(n));

	test('280 fit and 281 do not', () => {
		expect(measure('x'.repeat(280), x)).toMatchObject({ over: false, left: 0 });
		expect(measure('の'.repeat(140) + 'x', x)).toMatchObject({ over: true, left: -1 });
	});
	test('addresses are found as X finds them', () => {
		const found = (s: string) => xAddresses(s).map(({ from, to }) => s.slice(from, to));
		expect(found('https://example.org/a_(b). Or example.com/x?y=z! twitter.comです')).toEqual(['https://example.org/a_(b)', 'example.com/x?y=z', 'twitter.com']);
		expect(found('ada@example.org, @example.org, foo.madeup, 1.2.3')).toEqual([]);
	});
	test('a long text takes no time', () => {
		for (const s of ['a.', '.com', 'a_.com.', 'https://a.fr/(', 'é.', 'a.fr?']) {
			const began = performance.now();
			used(s.repeat(20_000 / s.length), x);
			expect(performance.now() - began).toBeLessThan(3000);
		}
	});
});

test('YouTube counts bytes', () => {
	expect(used('é', { max: 5000, unit: 'bytes' })).toBe(2);
	expect(used('a👩‍👩‍👧‍👧', { max: 5000, unit: 'bytes' })).toBe(26);
	expect(measure('é'.repeat(2501), { max: 5000, unit: 'bytes' })).toMatchObject({ used: 5002, over: true });
});

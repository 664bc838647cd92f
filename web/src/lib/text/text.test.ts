import { describe, expect, test } from 'vitest';
import { addresses, measure, used, type TextLimits } from './count';
import { pieces, shortAddress } from './pieces';
import { split } from './split';

const bluesky: TextLimits = { max: 300, unit: 'graphemes', max_bytes: 3000 };
const mastodon: TextLimits = { max: 500, unit: 'mastodon', url_length: 23 };
const facebook: TextLimits = { max: 63206, unit: 'code_points' };
const family = '👩‍👩‍👧‍👦';
const flag = '🇫🇷';

describe('Bluesky counts what a reader sees as one sign', () => {
	test.each([
		['hello', 5],
		['é', 1],
		['e\u0301', 1],
		[family, 1],
		[flag + flag, 2],
		['a\r\nb', 3],
		['ไทย', 3],
		['', 0]
	])('%j is %i', (text, n) => expect(used(text, bluesky)).toBe(n));

	test('300 fit and 301 do not', () => {
		expect(measure('x'.repeat(300), bluesky)).toMatchObject({ over: false, left: 0 });
		expect(measure('x'.repeat(301), bluesky)).toMatchObject({ over: true, left: -1 });
	});
	test('an address counts in full', () => expect(used('https://example.org/abcdef', bluesky)).toBe(26));
	test('3000 bytes are a limit of their own', () => {
		const many = family.repeat(121);
		expect(measure(many, bluesky)).toMatchObject({ used: 121, bytes: 121 * 25, over: true, overBytes: true });
		expect(measure(family.repeat(120), bluesky)).toMatchObject({ bytes: 3000, over: false });
	});
});

describe('Mastodon shortens addresses and mentions', () => {
	test.each([
		['https://example.org/' + 'a'.repeat(200), 23],
		['see https://example.org/x.', 28],
		['(https://en.example.org/wiki/Kith_(band))', 25],
		['http://a.fr', 23],
		['example.org is no address here', 30],
		['https://localhost is none', 25],
		['@jeanne@mastodon.example', 7],
		['bonjour @jeanne@mastodon.example !', 17],
		['@jeanne', 7],
		['mail a@b.example', 16],
		['https://a.example/@jeanne@b.example', 23],
		[`${family}${family}`, 2],
		['https://a.example https://b.example', 47]
	])('%j is %i', (text, n) => expect(used(text, mastodon)).toBe(n));

	test('a server with other rules is counted by its own', () => {
		expect(measure('https://example.org/long-address-here', { max: 5000, unit: 'mastodon', url_length: 25 })).toMatchObject({ used: 25, max: 5000 });
	});
});

test('Facebook counts code points', () => {
	expect(used(flag, facebook)).toBe(2);
	expect(used('e\u0301', facebook)).toBe(2);
	expect(used('😀', { max: 10, unit: 'utf16' })).toBe(2);
});

test('addresses keep their place and lose the sentence around them', () => {
	expect(addresses('à https://a.example/é?x=1, puis «https://b.example».')).toEqual([
		{ at: 2, url: 'https://a.example/é?x=1' },
		{ at: 33, url: 'https://b.example' }
	]);
});

describe('splitting', () => {
	const whole = (parts: string[]) => parts.join(' ').replace(/\s+/g, ' ');

	test('a text that fits stays whole', () => expect(split('Bonjour.', bluesky)).toEqual(['Bonjour.']));
	test('nothing gives nothing', () => expect(split('  \n ', bluesky)).toEqual([]));
	test('paragraphs first, then sentences, then words', () => {
		const a = 'First paragraph. '.repeat(12).trim();
		const b = 'Second one. '.repeat(15).trim();
		expect(split(`${a}\n\n${b}`, bluesky)).toEqual([a, b]);
		const sentences = split('Une phrase assez courte. '.repeat(30).trim(), bluesky);
		for (const part of sentences) expect(part).toMatch(/courte\.$/);
	});
	test('every part fits, nothing is lost', () => {
		for (const limits of [bluesky, mastodon, { max: 40, unit: 'graphemes' } as TextLimits]) {
			const text = `${'mot '.repeat(200)}https://example.org/une-adresse ${family.repeat(50)} ${'long'.repeat(120)} ${flag} fin.`;
			const parts = split(text, limits);
			for (const part of parts) expect(measure(part, limits).over).toBe(false);
			expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
			expect(whole(parts)).toContain('https://example.org/une-adresse');
		}
	});
	test('a single long word is cut between signs, never inside one', () => {
		const parts = split(family.repeat(100), { max: 30, unit: 'graphemes' });
		expect(parts.map((p) => used(p, bluesky))).toEqual([30, 30, 30, 10]);
	});
});

describe('a text as readers see it', () => {
	const kinds = (text: string) =>
		pieces(text, (url) => shortAddress(url))
			.filter((p) => p.kind !== 'plain')
			.map((p) => `${p.kind} ${p.text}`);

	test('links, mentions and tags', () => {
		expect(kinds('Merci @jeanne.bsky.social et @a@b.example ! #fête #2026 https://www.example.org/page. a@b.example')).toEqual([
			'mention @jeanne.bsky.social',
			'mention @a@b.example',
			'tag #fête',
			'link example.org/page'
		]);
	});
	test('nothing is lost', () => {
		const text = 'a #b\n@c: https://d.example/e#f (g)';
		expect(
			pieces(text)
				.map((p) => p.text)
				.join('')
		).toBe(text);
	});
});

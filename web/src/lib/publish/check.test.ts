import { expect, test } from 'vitest';
import type { Limits, Media, Part } from '$lib/api/types';
import { findings } from './check';

const bluesky: Limits = {
	text: { max: 300, unit: 'graphemes', max_bytes: 3000 },
	media: { max_items: 4, image: { max_bytes: 2_000_000, types: ['image/jpeg', 'image/png'], max_pixels: 0 }, video: { types: [] }, alt_max: 10 },
	thread: true,
	comment: false,
	link: false,
	ai_label: false,
	paid_label: false,
	kinds: {}
};
const facebook: Limits = { ...bluesky, text: { max: 63206, unit: 'code_points' }, thread: false };
const part = (text: string, ...alts: string[]): Part => ({ text, media: alts.map((alt, i) => ({ id: `m${i}`, alt })) });
const keys = (parts: Part[], limits = bluesky, known?: (id: string) => Media | undefined) => findings(parts, limits, known).map((f) => `${f.part} ${f.level} ${f.key}`);

test('a good post has nothing to say', () => expect(keys([part('Bonjour', 'Un chat')])).toEqual([]));
test('nothing at all is not a post, an image alone is', () => {
	expect(keys([part('  ')])).toEqual(['0 error empty']);
	expect(keys([part('', 'Un chat')])).toEqual([]);
});
test('too long says by how much', () => {
	expect(findings([part('x'.repeat(312))], bluesky)[0]).toMatchObject({ key: 'too_long', params: { n: 12, max: 300 } });
});
test('beside images alone the text may be longer', () => {
	const tiktok: Limits = { ...bluesky, text: { max: 22, unit: 'utf16' }, media: { ...bluesky.media, image: { ...bluesky.media.image, text: { max: 40, unit: 'utf16' } }, video: { types: ['video/mp4'] } } };
	const of = (type: string) => (id: string) => ({ id, type }) as Media;
	expect(keys([part('x'.repeat(40), 'Un chat')], tiktok, of('image/jpeg'))).not.toContain('0 error too_long');
	expect(keys([part('x'.repeat(41), 'Un chat')], tiktok, of('image/jpeg'))).toContain('0 error too_long');
	expect(keys([part('x'.repeat(23), 'Un chat')], tiktok, of('video/mp4'))).toContain('0 error too_long');
	expect(keys([part('x'.repeat(23))], tiktok)).toContain('0 error too_long');
});
test('a second part where there are no threads', () => expect(keys([part('a'), part('b')], facebook)).toEqual(['1 error no_thread']));
test('a story takes no comment, a post does', () => {
	const commented = { ...facebook, comment: true, kinds: { story: { text: { ...facebook.text, none: true }, media: facebook.media } } };
	const said = (kind: '' | 'story') => findings([part('', 'x'), part('b')], commented, () => undefined, kind).map((f) => f.key);
	expect(said('story')).toContain('no_comment');
	expect(said('')).not.toContain('no_comment');
});
test('an image without a description is a warning, a long one an error', () => {
	expect(keys([part('a', '')])).toEqual(['0 warn no_alt']);
	expect(keys([part('a', 'x'.repeat(11))])).toEqual(['0 error alt_too_long']);
});
test('files are held against the limits', () => {
	const file = (more: Partial<Media>) => (): Media => ({ id: 'm0', name: 'm0.png', type: 'image/png', width: 10, height: 10, bytes: 10, alt: '', ...more });
	expect(keys([part('a', 'chat')], bluesky, file({ bytes: 3_000_000 }))).toEqual(['0 error too_big']);
	expect(keys([part('a', 'chat')], bluesky, file({ type: 'image/gif' }))).toEqual(['0 error type']);
	expect(keys([part('a', 'x', 'x', 'x', 'x', 'x')])).toEqual(['0 error too_many']);
});

// What keeps a part from being taken by a network, said while typing. The server asks the same questions again before
// anything is scheduled; the numbers come from it.
import type { Limits, Media, Part, PostKind } from '$lib/api/types';
import { graphemeCount, measure } from '$lib/text/count';

export type Said =
	| 'no_thread'
	| 'empty'
	| 'too_long'
	| 'too_many_bytes'
	| 'too_many'
	| 'too_few'
	| 'no_comment'
	| 'no_kind'
	| 'no_video'
	| 'video_type'
	| 'video_too_big'
	| 'type'
	| 'too_big'
	| 'too_many_pixels'
	| 'no_alt'
	| 'alt_too_long'
	| 'will_fit'
	| 'hand_parts';

export type Finding = { level: 'error' | 'warn'; part: number; field: 'text' | 'media' | 'alt' | 'link' | 'kind'; key: Said; params: Record<string, string | number> };

export type Known = (id: string) => Media | undefined;

/** The limits of one sort of post; undefined where the network does not have it. */
export function limitsOf(limits: Limits, kind: PostKind): Limits | undefined {
	if (kind === '') return limits;
	const own = limits.kinds[kind];
	return own && { ...limits, ...own };
}

/** The limit of the text that stands beside files: of images alone it may differ. */
export function textLimit(limits: Limits, images: boolean): Limits['text'] {
	return (images && limits.media.image.text) || limits.text;
}

const fits: readonly Said[] = ['type', 'too_big', 'too_many_pixels', 'video_type', 'video_too_big'];

/** What is made to fit where a person publishes is said, and is no error. */
function inHand(finding: Finding): Finding {
	if (fits.includes(finding.key)) return { ...finding, level: 'warn', key: 'will_fit', params: {} };
	if (finding.key === 'no_thread' || finding.key === 'no_comment') return { ...finding, level: 'warn', key: 'hand_parts', params: {} };
	return finding;
}

/** What stands in the way of parts; hand: a person publishes them. */
export function findings(parts: Part[], limits: Limits, known: Known = () => undefined, kind: PostKind = '', hand = false): Finding[] {
	return hand ? judged(parts, limits, known, kind).map(inHand) : judged(parts, limits, known, kind);
}

function judged(parts: Part[], limits: Limits, known: Known, kind: PostKind): Finding[] {
	const all: Finding[] = [];
	const first = limitsOf(limits, kind);
	if (!first) return [{ level: 'error', part: 0, field: 'kind', key: 'no_kind', params: { kind } }];
	const comment = limits.comment && parts.length === 2 && parts[1]!.media.length === 0;
	if (comment && !limits.thread && kind === 'story') all.push({ level: 'error', part: 1, field: 'text', key: 'no_comment', params: {} });
	if (parts.length > 1 && !limits.thread && !comment) all.push({ level: 'error', part: 1, field: 'text', key: 'no_thread', params: {} });
	parts.forEach((part, i) => {
		if (i > 0 && comment && !limits.thread) return; // the server knows what a comment may be
		all.push(...inPart(part, i === 0 ? first : limits, known).map((f) => ({ ...f, part: i })));
	});
	return all;
}

function inPart(part: Part, limits: Limits, known: Known): Omit<Finding, 'part'>[] {
	const all: Omit<Finding, 'part'>[] = [];
	const media = part.media ?? [];
	if (part.text.trim() === '' && !limits.text.none && ((media.length === 0 && !part.poll) || limits.text.required)) all.push({ level: 'error', field: 'text', key: 'empty', params: {} });
	const text = textLimit(limits, media.length > 0 && media.every((m) => known(m.id)?.type.startsWith('image/')));
	const count = measure(part.text, text);
	if (count.left < 0) all.push({ level: 'error', field: 'text', key: 'too_long', params: { n: -count.left, max: count.max } });
	else if (count.overBytes) {
		all.push({ level: 'error', field: 'text', key: 'too_many_bytes', params: { n: count.bytes - text.max_bytes!, max: text.max_bytes! } });
	}
	const { max_items: most, min_items: least, image, video, alt_max: altMax } = limits.media;
	if (least && media.length < least) all.push({ level: 'error', field: 'media', key: 'too_few', params: { n: least } });
	if (media.length > most) all.push({ level: 'error', field: 'media', key: 'too_many', params: { n: most, have: media.length } });
	for (const use of media) {
		const file = known(use.id);
		const film = file?.type.startsWith('video/') ?? false;
		const paper = !film && file !== undefined && !file.type.startsWith('image/'); // the server knows what it may be
		if (file && !paper) all.push(...(film ? inVideo(file, video) : inFile(file, image)));
		const alt = use.alt.trim();
		if (alt === '' && (film || paper || altMax === 0)) continue;
		if (alt === '') all.push({ level: 'warn', field: 'alt', key: 'no_alt', params: {} });
		else if (altMax > 0 && graphemeCount(alt) > altMax) {
			all.push({ level: 'error', field: 'alt', key: 'alt_too_long', params: { n: graphemeCount(alt) - altMax, max: altMax } });
		}
	}
	return all;
}

const megabytes = (n: number) => Math.round(n / 100_000) / 10;

function inVideo(file: Media, video: Limits['media']['video']): Omit<Finding, 'part'>[] {
	if (video.types.length === 0) return [{ level: 'error', field: 'media', key: 'no_video', params: {} }];
	if (!video.types.includes(file.type)) return [{ level: 'error', field: 'media', key: 'video_type', params: { type: file.type } }];
	if (video.max_bytes && file.bytes > video.max_bytes) {
		return [{ level: 'error', field: 'media', key: 'video_too_big', params: { have: megabytes(file.bytes), max: megabytes(video.max_bytes) } }];
	}
	return [];
}

function inFile(file: Media, image: Limits['media']['image']): Omit<Finding, 'part'>[] {
	if (!image.types.includes(file.type)) return [{ level: 'error', field: 'media', key: 'type', params: { type: file.type } }];
	if (image.max_bytes > 0 && file.bytes > image.max_bytes) {
		return [{ level: 'error', field: 'media', key: 'too_big', params: { have: megabytes(file.bytes), max: megabytes(image.max_bytes) } }];
	}
	if (image.max_pixels && file.width * file.height > image.max_pixels) return [{ level: 'error', field: 'media', key: 'too_many_pixels', params: {} }];
	return [];
}

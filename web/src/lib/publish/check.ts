// What keeps a part from being taken by a network, said while typing. The server asks the same questions again before
// anything is scheduled; the numbers come from it.
import type { Limits, Media, Part } from '$lib/api/types';
import { graphemeCount, measure } from '$lib/text/count';

export type Said =
	| 'no_thread'
	| 'empty'
	| 'too_long'
	| 'too_many_bytes'
	| 'too_many'
	| 'type'
	| 'too_big'
	| 'too_many_pixels'
	| 'no_alt'
	| 'alt_too_long';

export type Finding = { level: 'error' | 'warn'; part: number; field: 'text' | 'media' | 'alt' | 'link'; key: Said; params: Record<string, string | number> };

export type Known = (id: string) => Media | undefined;

export function findings(parts: Part[], limits: Limits, known: Known = () => undefined): Finding[] {
	const all: Finding[] = [];
	if (parts.length > 1 && !limits.thread) all.push({ level: 'error', part: 1, field: 'text', key: 'no_thread', params: {} });
	parts.forEach((part, i) => all.push(...inPart(part, limits, known).map((f) => ({ ...f, part: i }))));
	return all;
}

function inPart(part: Part, limits: Limits, known: Known): Omit<Finding, 'part'>[] {
	const all: Omit<Finding, 'part'>[] = [];
	const media = part.media ?? [];
	if (part.text.trim() === '' && media.length === 0) all.push({ level: 'error', field: 'text', key: 'empty', params: {} });
	const count = measure(part.text, limits.text);
	if (count.left < 0) all.push({ level: 'error', field: 'text', key: 'too_long', params: { n: -count.left, max: count.max } });
	else if (count.overBytes) {
		all.push({ level: 'error', field: 'text', key: 'too_many_bytes', params: { n: count.bytes - limits.text.max_bytes!, max: limits.text.max_bytes! } });
	}
	const { max_items: most, image, alt_max: altMax } = limits.media;
	if (media.length > most) all.push({ level: 'error', field: 'media', key: 'too_many', params: { n: most, have: media.length } });
	for (const use of media) {
		const file = known(use.id);
		if (file) all.push(...inFile(file, image));
		const alt = use.alt.trim();
		if (alt === '') all.push({ level: 'warn', field: 'alt', key: 'no_alt', params: {} });
		else if (altMax > 0 && graphemeCount(alt) > altMax) {
			all.push({ level: 'error', field: 'alt', key: 'alt_too_long', params: { n: graphemeCount(alt) - altMax, max: altMax } });
		}
	}
	return all;
}

function inFile(file: Media, image: Limits['media']['image']): Omit<Finding, 'part'>[] {
	const megabytes = (n: number) => Math.round(n / 100_000) / 10;
	if (!image.types.includes(file.type)) return [{ level: 'error', field: 'media', key: 'type', params: { type: file.type } }];
	if (image.max_bytes > 0 && file.bytes > image.max_bytes) {
		return [{ level: 'error', field: 'media', key: 'too_big', params: { have: megabytes(file.bytes), max: megabytes(image.max_bytes) } }];
	}
	if (image.max_pixels && file.width * file.height > image.max_pixels) return [{ level: 'error', field: 'media', key: 'too_many_pixels', params: {} }];
	return [];
}

// Splits a long text into parts that a network takes, at the best place near the end of each: a paragraph, a sentence,
// a word, and only then between two graphemes. An address is never broken.
import { addresses, measure, type TextLimits } from './count';

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

const seams: RegExp[] = [/\n{2,}/g, /\n/g, /(?<=[.!?…]["”»’)]*)\s+/g, /(?<=[,;:])\s+/g, /\s+/g];

export function split(text: string, limits: TextLimits): string[] {
	const parts: string[] = [];
	let rest = text.trim();
	while (rest !== '') {
		if (!measure(rest, limits).over) {
			parts.push(rest);
			break;
		}
		const end = longestFit(rest, limits);
		const cut = bestSeam(rest, end);
		parts.push(rest.slice(0, cut).trim());
		rest = rest.slice(cut).trim();
	}
	return parts;
}

/** How far into the text one part can reach, in UTF-16 units, on a grapheme boundary; never nothing. */
function longestFit(text: string, limits: TextLimits): number {
	const ends: number[] = [];
	for (const { index, segment } of graphemes.segment(text)) {
		ends.push(index + segment.length);
		// Beyond this no text fits, whatever its addresses count.
		if (ends.length > limits.max * 8 + 4096) break;
	}
	let low = 0;
	let high = ends.length - 1;
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (measure(text.slice(0, ends[middle]!), limits).over) high = middle - 1;
		else low = middle;
	}
	let end = ends[low]!;
	for (const { at, url } of addresses(text)) {
		if (at > 0 && at < end && at + url.length > end) end = at;
	}
	return end;
}

function bestSeam(text: string, end: number): number {
	const enough = end * 0.5;
	for (const seam of seams) {
		let best = 0;
		for (const m of text.slice(0, end + 1).matchAll(seam)) {
			if (m.index <= end && m.index > best) best = m.index;
		}
		if (best >= enough) return best;
	}
	const word = text.slice(0, end + 1).search(/\s\S*$/);
	return word > 0 ? word : end;
}

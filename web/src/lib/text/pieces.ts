// A text as readers of a network see it: what is a link, a mention or a tag is shown as one.
import { addresses } from './count';

export type Piece = { text: string; kind: 'plain' | 'link' | 'mention' | 'tag' };

const marks = /(^|[^\p{L}\p{N}_/@#.])(@[\p{L}\p{N}_][\p{L}\p{N}_.-]*(?:@[\p{L}\p{N}.-]+)?[\p{L}\p{N}_]|@[\p{L}\p{N}_]|#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*)/gu;

export function pieces(text: string, shorten: (url: string) => string = (url) => url): Piece[] {
	const out: Piece[] = [];
	let from = 0;
	for (const { at, url } of addresses(text)) {
		out.push(...marked(text.slice(from, at)), { text: shorten(url), kind: 'link' });
		from = at + url.length;
	}
	out.push(...marked(text.slice(from)));
	return out.filter((piece) => piece.text !== '');
}

function marked(text: string): Piece[] {
	const out: Piece[] = [];
	let from = 0;
	for (const m of text.matchAll(marks)) {
		const at = m.index + m[1]!.length;
		out.push({ text: text.slice(from, at), kind: 'plain' }, { text: m[2]!, kind: m[2]!.startsWith('@') ? 'mention' : 'tag' });
		from = at + m[2]!.length;
	}
	out.push({ text: text.slice(from), kind: 'plain' });
	return out;
}

/** Networks show an address without its protocol, cut after some signs. */
export function shortAddress(url: string, signs = 30): string {
	const bare = url.replace(/^https?:\/\/(www\.)?/i, '');
	return bare.length > signs ? `${bare.slice(0, signs - 1)}…` : bare;
}

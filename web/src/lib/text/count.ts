// Counts text as each network counts it. What the limits are comes from the server as data; only the units are code.
import { weights } from './weights.svelte';

export type Unit = 'graphemes' | 'code_points' | 'mastodon' | 'utf16' | 'weighted' | 'bytes';

export type TextLimits = {
	max: number;
	unit: Unit;
	/** A second limit on the UTF-8 bytes, where the network has one. */
	max_bytes?: number;
	/** What any address counts as, where the network gives addresses a fixed length. */
	url_length?: number;
};

export type Count = {
	used: number;
	max: number;
	left: number;
	bytes: number;
	/** Over the bytes though the characters would fit: many emoji or scripts of several bytes. */
	overBytes: boolean;
	over: boolean;
};

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const utf8 = new TextEncoder();

export function graphemeCount(text: string): number {
	// Plain ASCII without carriage returns needs no segmenter, and most typing is that.
	if (/^[\n\x20-\x7e]*$/.test(text)) return text.length;
	let n = 0;
	for (const _ of graphemes.segment(text)) n++;
	return n;
}

export function byteCount(text: string): number {
	return utf8.encode(text).length;
}

function codePointCount(text: string): number {
	let n = 0;
	for (const _ of text) n++;
	return n;
}

// An address as Mastodon takes it: with its protocol, a domain of at least two parts, and no closing punctuation.
const address = /(^|[^\p{L}\p{N}@$#_/.-])(https?:\/\/(?:[\p{L}\p{N}_-]+\.)+\p{L}[\p{L}\p{N}-]*(?::\d+)?(?:[/?#][^\s<>"“”«»]*)?)/giu;
const mention = /(^|[^\p{L}\p{N}_/])@([a-z0-9_]+(?:[a-z0-9_.-]+[a-z0-9_]+)?)@[a-z0-9.-]+[a-z0-9]/giu;

/** An address without the punctuation that belongs to the sentence around it. */
export function trimAddress(url: string): string {
	let out = url;
	for (;;) {
		const last = out.at(-1) ?? '';
		if (/[.,;:!?'’…]/.test(last)) out = out.slice(0, -1);
		else if (last === ')' && count(out, '(') < count(out, ')')) out = out.slice(0, -1);
		else return out;
	}
}

function count(text: string, mark: string): number {
	return text.split(mark).length - 1;
}

/** The addresses of a text, with their places (in UTF-16 units). */
export function addresses(text: string): { at: number; url: string }[] {
	return [...text.matchAll(address)].map((m) => ({ at: m.index + m[1]!.length, url: trimAddress(m[2]!) }));
}

function withFixedAddresses(text: string, length: number): string {
	let out = '';
	let from = 0;
	for (const { at, url } of addresses(text)) {
		out += text.slice(from, at) + 'x'.repeat(length);
		from = at + url.length;
	}
	return out + text.slice(from);
}

function mastodonCount(text: string, urlLength: number): number {
	return graphemeCount(withFixedAddresses(text, urlLength).replace(mention, '$1@$2'));
}

export function used(text: string, limits: TextLimits): number {
	switch (limits.unit) {
		case 'graphemes':
			return graphemeCount(text);
		case 'mastodon':
			return mastodonCount(text, limits.url_length || 23);
		case 'utf16':
			return text.length;
		case 'code_points':
			return codePointCount(text);
		case 'bytes':
			return byteCount(text);
		case 'weighted':
			// A moment's guess: signs one by one and addresses as long as they are fixed, until X's own way is there.
			return (weights() ?? ((of, link) => codePointCount(withFixedAddresses(of, link))))(text, limits.url_length || 23);
	}
}

export function measure(text: string, limits: TextLimits): Count {
	const n = used(text, limits);
	const bytes = limits.max_bytes ? byteCount(text) : 0;
	const overBytes = !!limits.max_bytes && bytes > limits.max_bytes;
	return { used: n, max: limits.max, left: limits.max - n, bytes, overBytes, over: n > limits.max || overBytes };
}

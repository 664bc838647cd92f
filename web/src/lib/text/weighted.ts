// Counts as X counts: signs of the ranges that its configuration (version 3) names count once, all others and whole emoji twice;
// an address, also one without a scheme, has a fixed length. The server counts the same way (internal/text).
import { tops } from './tops';

export type Place = { from: number; to: number };

const clusters = new Intl.Segmenter('und', { granularity: 'grapheme' });
const single = (c: number): boolean => c <= 4351 || (c >= 8192 && c <= 8205) || (c >= 8208 && c <= 8223) || (c >= 8242 && c <= 8247);

export function weightedCount(text: string, link = 23): number {
	const s = text.normalize('NFC');
	let n = 0;
	let from = 0;
	for (const place of xAddresses(s)) {
		n += weighed(s.slice(from, place.from)) + link;
		from = place.to;
	}
	return n + weighed(s.slice(from));
}

function weighed(s: string): number {
	// Without a sign that could be an emoji nothing has to be taken together, and most typing is that.
	if (!/[\u2000-\u{10ffff}]/u.test(s) && !/[\u00a9\u00ae]/.test(s)) {
		let plain = 0;
		for (const sign of s) plain += single(sign.codePointAt(0)!) ? 1 : 2;
		return plain;
	}
	let n = 0;
	for (const { segment } of clusters.segment(s)) {
		if (emoji(segment)) n += 2 + loose(segment);
		else for (const sign of segment) n += single(sign.codePointAt(0)!) ? 1 : 2;
	}
	return n;
}

/** A sign that is a picture by itself, or one that is made one by what follows it. */
function emoji(cluster: string): boolean {
	const [first, ...rest] = [...cluster].map((sign) => sign.codePointAt(0)!);
	if (first! >= 0x1f000) return true;
	const symbol = first! >= 0x2190 && first! < 0x2e80;
	return rest.some(
		(c) =>
			(c === 0x20e3 && /^[0-9#*]/.test(cluster)) ||
			(c === 0xfe0f && (first! >= 0x2000 || first === 0xa9 || first === 0xae)) ||
			(symbol && (c === 0x200d || (c >= 0x1f3fb && c <= 0x1f3ff)))
	);
}

/** What hangs on an emoji and is no part of it: marks, and a joiner that joins nothing. */
function loose(cluster: string): number {
	const joined = cluster.replace(/\u200d+$/, '');
	const marks = [...joined].slice(1).filter((sign) => sign.codePointAt(0)! < 0x2000);
	return cluster.length - joined.length + marks.reduce((n, sign) => n + (single(sign.codePointAt(0)!) ? 1 : 2), 0);
}

const directional = '\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069';
const refused = '\uFFFE\uFEFF\uFFFF';
const mayPrecede = new RegExp(`^(?:[^A-Za-z0-9@＠$#＃${refused}]|[${directional}])$`, 'u');
const nameSign = `[^!'#%&()*+,\\\\\\-./:;<=>?@[\\]^_{|}~$\\s\\u180E${refused}${directional}]`;
const label = new RegExp(`(?:${nameSign}|[-_])*`, 'uy');
const accents = String.raw`\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF`;
/* eslint-disable no-misleading-character-class -- marks are meant as a range of their own */
const latinOnly = new RegExp(`^[-A-Za-z0-9${accents}]+$`, 'u');
const latinRun = new RegExp(`(?:[-A-Za-z0-9${accents}]+\\.)+[^.]*`, 'u');
const pathSign = new RegExp(`^[A-Za-z0-9!*';:=+,.$/%#[\\]\\-–_~@|&\\u0400-\\u04FF${accents}]$`, 'u');
/* eslint-enable no-misleading-character-class */
const queryPart = /\?[A-Za-z0-9!?*'@();:&=+$/%#[\]\-_.,~|]*[A-Za-z0-9\-_&=#/]/y;
const hostMost = 253;

/** The addresses of a text as X finds them, in their order, with their places in UTF-16 units. */
export function xAddresses(s: string): Place[] {
	const all: Place[] = [];
	if (!s.includes('.')) return all;
	let before = '';
	let at = 0;
	const first = sign(s, 0);
	if (mayPrecede.test(first) && addressAt(s, first.length, first).matched) {
		before = first;
		at = first.length;
	}
	while (at < s.length) {
		if (before === '' || mayPrecede.test(before)) {
			const { found, end, matched } = addressAt(s, at, before);
			all.push(...found);
			if (end > at) {
				before = [...s.slice(Math.max(at, end - 2), end)].at(-1)!;
				at = end;
				if (!matched || at === s.length) continue;
			}
		}
		before = sign(s, at);
		at += before.length;
	}
	return all;
}

function sign(s: string, at: number): string {
	return at < s.length ? String.fromCodePoint(s.codePointAt(at)!) : '';
}

function addressAt(s: string, at: number, before: string): { found: Place[]; end: number; matched: boolean } {
	const scheme = /^https?:\/\//i.exec(s.slice(at, at + 8))?.[0].length ?? 0;
	const host = at + scheme;
	const { length, skip } = domain(s, host);
	if (length === 0) {
		if (scheme > 0) return { found: [], end: 0, matched: false };
		const reach = s.startsWith('://', at + skip) ? skip - Math.min(skip, 5) : skip;
		return { found: [], end: at + reach, matched: false };
	}
	const after = host + length;
	const way = after + (/^:[0-9]+/.exec(s.slice(after, after + 16))?.[0].length ?? 0);
	const end = way + where(s, way);
	if (end - at > 4096 || s.slice(host, after).split('.').some((l) => l.length > 63)) return { found: [], end, matched: true };
	if (scheme > 0) return { found: shortened(s, at, end), end, matched: true };
	if (before !== '' && '-_./'.includes(before)) return { found: [], end, matched: true };
	const found = latin(s, host, after);
	if (found.length > 0 && s[way] === '/') found.at(-1)!.to = end;
	return { found, end, matched: true };
}

/** How long a name with a real top level is; where there is none, how far none can begin. */
function domain(s: string, start: number): { length: number; skip: number } {
	let from = 0;
	let last = '';
	let some = false;
	let length = 0;
	for (;;) {
		label.lastIndex = start + from;
		const part = label.exec(s)![0];
		if (from > 0) {
			const n = top(part);
			if (n > 0 && bounded(s, start + from + n)) {
				some = true;
				if (!last.includes('_')) length = from + n;
			}
		}
		const end = from + part.length;
		if (part === '' || s[start + end] !== '.' || end > hostMost) return { length, skip: length > 0 || some ? 0 : end };
		if (/^[-_]|[-_]$/.test(part)) return { length, skip: 0 };
		last = part;
		from = end + 1;
	}
}

function bounded(s: string, at: number): boolean {
	return at >= s.length || !/[0-9A-Za-z@+-]/.test(s[at]!);
}

/** How long a top level at the beginning of a label is: the longest that exists; other signs may follow at once. */
function top(part: string): number {
	const ascii = /^[A-Za-z0-9-]+/.exec(part)?.[0].toLowerCase();
	if (ascii && (tops.has(ascii) || /^xn--./.test(ascii))) return ascii.length;
	if (ascii) return ascii.length < part.length && tops.has(part.toLowerCase()) ? part.length : 0;
	const other = /^[^\0-\x7f]{1,24}/u.exec(part)?.[0] ?? '';
	for (let signs = [...other]; signs.length > 0; signs = signs.slice(0, -1)) {
		if (tops.has(signs.join('').toLowerCase())) return signs.join('').length;
	}
	return 0;
}

/** Names of Latin letters in a name without a scheme: only those are links. */
function latin(s: string, from: number, to: number): Place[] {
	const all: Place[] = [];
	while (from < to) {
		const m = latinRun.exec(s.slice(from, to));
		if (!m) break;
		const start = from + m.index;
		let end = 0;
		let at = start;
		for (const [i, part] of s.slice(start, to).split('.').entries()) {
			const n = i > 0 ? top(part) : 0;
			if (n > 0 && bounded(s, at + n)) end = at + n;
			if (!latinOnly.test(part)) break;
			at += part.length + 1;
		}
		if (end > start) all.push({ from: start, to: end });
		from = Math.max(end, start + 1, at);
	}
	return all;
}

/** How long path and query of an address are, as X reads them. */
function where(s: string, start: number): number {
	let n = 0;
	if (s[start] === '/') {
		n = 1;
		for (let at = 1; start + at < s.length; ) {
			const closed = pair(s, start + at, 2);
			if (closed > 0) {
				at += closed;
				n = at;
				continue;
			}
			const c = sign(s, start + at);
			if (!pathSign.test(c)) break;
			at += c.length;
			if (!"!*';:,.$%[]–~@|&".includes(c)) n = at;
		}
	}
	queryPart.lastIndex = start + n;
	return n + (queryPart.exec(s)?.[0].length ?? 0);
}

function pair(s: string, start: number, deep: number): number {
	if (deep === 0 || s[start] !== '(') return 0;
	for (let n = 1; start + n < s.length; ) {
		const closed = pair(s, start + n, deep - 1);
		if (closed > 0) {
			n += closed;
			continue;
		}
		const c = sign(s, start + n);
		if (c === ')' && n > 1) return n + 1;
		if (!pathSign.test(c)) return 0;
		n += c.length;
	}
	return 0;
}

/** An address of X's own shortener is as long as its word; nothing may stand behind it. */
function shortened(s: string, from: number, to: number): Place[] {
	const m = /^(https?:\/\/t\.co\/)([a-z0-9]+)/i.exec(s.slice(from, to));
	if (!m) return [{ from, to }];
	if (m[2]!.length > 40) return [];
	queryPart.lastIndex = from + m[0].length;
	return [{ from, to: from + m[0].length + (queryPart.exec(s.slice(0, to))?.[0].length ?? 0) }];
}

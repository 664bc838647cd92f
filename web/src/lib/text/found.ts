// Where the words of a search stand in a text: as the server finds them, without regard to case and accents, whole
// words except the last, which may be the beginning of one.
export type Mark = { text: string; hit: boolean };

const fold = (text: string) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
const word = /[\p{L}\p{N}\p{M}]+/gu;

export function words(query: string): string[] {
	return [...query.matchAll(word)].map((m) => fold(m[0]));
}

export function marks(text: string, query: string): Mark[] {
	const terms = words(query);
	const last = /[\p{L}\p{N}\p{M}]$/u.test(query) ? terms.at(-1) : undefined;
	const out: Mark[] = [];
	let from = 0;
	for (const m of text.matchAll(word)) {
		const folded = fold(m[0]);
		if (!terms.includes(folded) && !(last && folded.startsWith(last))) continue;
		if (m.index > from) out.push({ text: text.slice(from, m.index), hit: false });
		out.push({ text: m[0], hit: true });
		from = m.index + m[0].length;
	}
	if (from < text.length) out.push({ text: text.slice(from), hit: false });
	return out;
}

/** The part of a long text around its first find. */
export function around(text: string, query: string, before = 48): string {
	const first = marks(text, query);
	const at = first.findIndex((m) => m.hit);
	const start = first.slice(0, Math.max(0, at)).reduce((sum, m) => sum + m.text.length, 0);
	if (at < 0 || start <= before * 1.5) return text;
	const cut = text.indexOf(' ', start - before);
	return `…${text.slice(cut < 0 || cut > start ? start - before : cut + 1)}`;
}

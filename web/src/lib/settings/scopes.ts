// What networks call permissions is for programs: what one is for stands in words before it.
import { known, t } from '$lib/i18n/i18n.svelte';

export type Piece = { text: string; /** What it is for: text is the network's name of it. */ what?: string };

const token = /[a-z][a-z_]*(?:[.:_-][a-z_]+)+/g;

/** Takes a sentence apart where it names a permission that has words. */
export function scoped(text: string, wordsOf: (scope: string) => string): Piece[] {
	const all: Piece[] = [];
	let from = 0;
	for (const found of text.matchAll(token)) {
		const what = wordsOf(found[0]);
		if (!what) continue;
		if (found.index > from) all.push({ text: text.slice(from, found.index) });
		all.push({ text: found[0], what });
		from = found.index + found[0].length;
	}
	if (from < text.length) all.push({ text: text.slice(from) });
	return all;
}

/** What a permission is for; empty for what has no words. */
export function scopeWords(scope: string): string {
	const key = `scope.${scope}`;
	return known(key) ? t(key) : '';
}

/** The same as one text, where nothing can be set small. */
export const plainly = (text: string): string =>
	scoped(text, scopeWords)
		.map((p) => (p.what ? `${p.what} (${p.text})` : p.text))
		.join('');

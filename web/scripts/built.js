// What the build says of itself: which files there are, what needs what, and which address is made of which.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const generated = '.svelte-kit/generated/client-optimized';
export const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));

/** An entry of the manifest with all that it imports. */
export function closure(key, seen = new Set()) {
	if (seen.has(key) || !manifest[key]) return seen;
	seen.add(key);
	for (const next of manifest[key].imports ?? []) closure(next, seen);
	return seen;
}

export const node = (n) => Object.keys(manifest).find((key) => key.endsWith(`client-optimized/nodes/${n}.js`));

// The root and its page for mistakes belong to every address.
export const routes = [...readFileSync(join(generated, 'app.js'), 'utf8').matchAll(/^\s*"(\/[^"]*)": \[~?(\d+)(?:,\[([\d,]*)\])?/gm)].map(([, id, leaf, layouts]) => ({
	id,
	leaf,
	nodes: [...new Set(['0', '1', ...(layouts ?? '').split(',').filter(Boolean), leaf])]
}));
if (routes.length === 0) throw new Error('The build no longer says which address needs which files; see web/scripts/built.js.');

/** The files of words that nodes open, as their own load functions say, after those that every page has. */
export function words(nodes, lang) {
	const texts = nodes.map((n) => {
		const file = join(generated, 'nodes', `${n}.js`);
		const load = existsSync(file) && /universal from "([^"]+)"/.exec(readFileSync(file, 'utf8'))?.[1];
		return load ? readFileSync(join(generated, 'nodes', load), 'utf8') : '';
	});
	const opened = texts.flatMap((text) => [...text.matchAll(/openPart\(([^)]*)\)/g)].flatMap(([, names]) => [...names.matchAll(/'(\w+)'/g)].map(([, name]) => `${name}.`)));
	const keys = ['', ...new Set(opened)].map((part) => `src/lib/i18n/${part}${lang}.json`);
	const lost = keys.filter((key) => !manifest[key]);
	if (lost.length > 0) throw new Error(`${lost.join(', ')}: not in the build; see web/scripts/built.js.`);
	return keys;
}

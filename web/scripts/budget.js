// Says what a first visit to each page costs, from the built files, and fails above the budget.
// The real page loads are measured in a browser; this catches a heavy import at build time.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { closure, manifest, node, routes, words } from './built.js';

const budget = 170_000;
const files = readdirSync('build/_app/immutable', { recursive: true }).map((f) => join('build/_app/immutable', String(f)));
const sent = (file) => {
	try {
		return statSync(`${file}.br`).size;
	} catch {
		return brotliCompressSync(readFileSync(file)).length;
	}
};
// Every file costs what the browser's own count of a transfer adds for its headers.
const headers = 300;
const weigh = (modules) => {
	const needed = new Set();
	for (const one of modules) {
		needed.add(manifest[one].file);
		for (const css of manifest[one].css ?? []) needed.add(css);
	}
	return [...needed].reduce((sum, file) => sum + sent(join('build', file)) + headers, 0);
};
const find = (part) => Object.keys(manifest).find((key) => key.includes(part));
const always = [find('client/entry.js'), find('client-optimized/app.js'), node(0), node(1), find('RehearsalTime.svelte')].filter(Boolean);
const base = new Set(always.flatMap((key) => [...closure(key)]));
// A page is also what is around it, and the words that it opens for itself; French needs more of them. It opens with what
// it imports and with the heaviest piece that it may fetch at once (a post: its composer, or what became of it). All its
// pieces together never come on a first visit; a test in a browser weighs what really does.
const first = ({ leaf, nodes }) => {
	const own = new Set([...base, ...[...nodes.map(node), ...words(nodes, 'fr')].flatMap((key) => [...closure(key)])]);
	const later = [...closure(node(leaf))].filter((key) => !base.has(key)).flatMap((key) => manifest[key].dynamicImports ?? []);
	return Math.max(weigh(own), ...later.map((key) => weigh(new Set([...own, ...closure(key)]))));
};
const weights = routes.map((route) => ({ id: route.id, weight: first(route) })).sort((a, b) => b.weight - a.weight);
const worst = weights[0].weight;
const all = files.filter((f) => /\.(js|css)$/.test(f)).reduce((sum, f) => sum + sent(f), 0);
console.log(`first visit: at most ${(worst / 1000).toFixed(0)} kB of script and style (budget ${budget / 1000} kB); everything together ${(all / 1000).toFixed(0)} kB`);
if (worst > budget) {
	const heavy = weights.filter((w) => w.weight > budget).map((w) => `${w.id} ${(w.weight / 1000).toFixed(1)} kB`);
	console.error(`Too heavy for a first visit: ${heavy.join(', ')}.`);
	process.exit(1);
}

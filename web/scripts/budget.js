// Says what a first visit to each page costs, from the built files, and fails above the budget.
// The real page loads are measured in a browser; this catches a heavy import at build time.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';

const budget = 170_000;
const files = readdirSync('build/_app/immutable', { recursive: true }).map((f) => join('build/_app/immutable', String(f)));
const sent = (file) => {
	try {
		return statSync(`${file}.br`).size;
	} catch {
		return brotliCompressSync(readFileSync(file)).length;
	}
};
const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));
const closure = (key, seen = new Set()) => {
	const entry = manifest[key];
	if (!entry || seen.has(key)) return seen;
	seen.add(key);
	for (const next of entry.imports ?? []) closure(next, seen);
	return seen;
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
// A page is also what is around it, and the words that it opens for itself; French needs more of them.
const generated = '.svelte-kit/generated/client-optimized';
const around = Object.fromEntries(
	[...readFileSync(`${generated}/app.js`, 'utf8').matchAll(/"\/[^"]*": \[~?(\d+)(?:,\[([\d,]*)\])?/g)].map(([, page, layouts]) => [page, (layouts ?? '').split(',').filter(Boolean)])
);
const words = (node) => {
	const load = /universal from "([^"]+)"/.exec(readFileSync(`${generated}/nodes/${node}.js`, 'utf8'))?.[1];
	const opens = load ? [...readFileSync(join(generated, 'nodes', load), 'utf8').matchAll(/openPart\(([^)]*)\)/g)] : [];
	return opens.flatMap((m) => [...m[1].matchAll(/'(\w+)'/g)].map((part) => `src/lib/i18n/${part[1]}.fr.json`));
};
const find = (part) => Object.keys(manifest).find((key) => key.includes(part));
const nodes = Object.keys(manifest).filter((key) => /client-optimized\/nodes\/\d+\.js$/.test(key));
const always = [find('client/entry.js'), find('client-optimized/app.js'), ...nodes.filter((key) => /nodes\/[012]\.js$/.test(key)), find('i18n/fr.json'), find('RehearsalTime.svelte')].filter(Boolean);
const base = new Set(always.flatMap((key) => [...closure(key)]));
// A page opens with what it imports and with the heaviest piece that it may fetch at once (a post: its composer, or what
// became of it). All its pieces together never come on a first visit; a test in a browser weighs what really does.
const first = (node) => {
	const number = /(\d+)\.js$/.exec(node)[1];
	const whole = [number, ...(around[number] ?? [])];
	const own = new Set([...base, ...whole.flatMap((n) => [nodes.find((key) => key.endsWith(`/${n}.js`)), ...words(n)]).flatMap((key) => [...closure(key)])]);
	const later = [...closure(node)].filter((key) => !base.has(key)).flatMap((key) => manifest[key].dynamicImports ?? []);
	return Math.max(weigh(own), ...later.map((key) => weigh(new Set([...own, ...closure(key)]))));
};
const weights = nodes.map((node) => ({ node: manifest[node].file, weight: first(node) })).sort((a, b) => b.weight - a.weight);
const worst = weights[0]?.weight ?? 0;
const all = files.filter((f) => /\.(js|css)$/.test(f)).reduce((sum, f) => sum + sent(f), 0);
console.log(`first visit: at most ${(worst / 1000).toFixed(0)} kB of script and style (budget ${budget / 1000} kB); everything together ${(all / 1000).toFixed(0)} kB`);
if (worst > budget || worst === 0) {
	const heavy = weights.filter((w) => w.weight > budget).map((w) => `${w.node} ${(w.weight / 1000).toFixed(1)} kB`);
	console.error(worst === 0 ? 'The build could not be weighed.' : `Too heavy for a first visit: ${heavy.join(', ')}.`);
	process.exit(1);
}

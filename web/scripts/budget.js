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
const weigh = (keys) => {
	const needed = new Set();
	for (const key of keys) {
		for (const one of closure(key)) {
			needed.add(manifest[one].file);
			for (const css of manifest[one].css ?? []) needed.add(css);
		}
	}
	return [...needed].reduce((sum, file) => sum + sent(join('build', file)), 0);
};
const find = (part) => Object.keys(manifest).find((key) => key.includes(part));
const nodes = Object.keys(manifest).filter((key) => /client-optimized\/nodes\/\d+\.js$/.test(key));
const base = [find('client/entry.js'), find('client-optimized/app.js'), ...nodes.filter((key) => /nodes\/[012]\.js$/.test(key)), find('i18n/fr.json')].filter(Boolean);
let worst = 0;
for (const node of nodes) worst = Math.max(worst, weigh([...base, node]));
const all = files.filter((f) => /\.(js|css)$/.test(f)).reduce((sum, f) => sum + sent(f), 0);
console.log(`first visit: at most ${(worst / 1000).toFixed(0)} kB of script and style (budget ${budget / 1000} kB); everything together ${(all / 1000).toFixed(0)} kB`);
if (worst > budget || worst === 0) {
	console.error(worst === 0 ? 'The build could not be weighed.' : 'A page is too heavy for its first visit.');
	process.exit(1);
}

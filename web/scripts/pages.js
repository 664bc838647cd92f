// Writes the page once for each address of the application, with the files that this address needs named in its head:
// a browser fetches them beside the program's beginning instead of after it. All pages are otherwise one and the same.
// build/pages.json tells the server which address gets which; what it does not know gets index.html as before.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const manifest = JSON.parse(readFileSync('.svelte-kit/output/client/.vite/manifest.json', 'utf8'));
const app = readFileSync('.svelte-kit/generated/client-optimized/app.js', 'utf8');
const index = readFileSync('build/index.html', 'utf8');

const routes = [...app.matchAll(/^\s*"(\/[^"]*)": \[~?(\d+)(?:,\[([\d,]*)\])?/gm)];
if (routes.length === 0 || !index.includes('</head>')) throw new Error('The build no longer says which address needs which files; see web/scripts/pages.js.');

const closure = (key, seen = new Set()) => {
	if (seen.has(key) || !manifest[key]) return seen;
	seen.add(key);
	for (const next of manifest[key].imports ?? []) closure(next, seen);
	return seen;
};
const node = (n) => Object.keys(manifest).find((key) => key.endsWith(`client-optimized/nodes/${n}.js`));

// What an address opens of the words, as its own load functions say: a folder's layouts on the way to it, and its page.
const source = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const opened = (id) => {
	const way = id.split('/').map((_, i, all) => join('src/routes', ...all.slice(0, i + 1)));
	const texts = [...way.map((folder) => source(join(folder, '+layout.ts'))), source(join(way.at(-1), '+page.ts'))];
	return texts.flatMap((text) => [...text.matchAll(/openPart\(([^)]*)\)/g)].flatMap(([, names]) => [...names.matchAll(/'(\w+)'/g)].map(([, name]) => `${name}.`)));
};
const words = (id) =>
	['en', 'fr'].map((lang) => {
		const files = ['', ...new Set(opened(id))].map((part) => manifest[`src/lib/i18n/${part}${lang}.json`]?.file);
		if (files.includes(undefined)) throw new Error(`The words of ${id} in ${lang} are not where web/scripts/pages.js looks for them.`);
		return `<meta name="words" lang="${lang}" content="${files.map((file) => `/${file}`).join(' ')}">`;
	});

mkdirSync('build/_app/pages', { recursive: true });
const pages = routes.map(([, id, leaf, layouts]) => {
	const segments = id.split('/').filter((part) => part && !/^\(.*\)$/.test(part));
	if (segments.some((part) => /^\[(\[|\.\.\.)/.test(part))) throw new Error(`${id}: web/scripts/pages.js knows no such part of an address.`);
	// The root and its page for mistakes belong to every address.
	const needed = ['0', '1', ...(layouts?.split(',').filter(Boolean) ?? []), leaf].map(node).filter(Boolean);
	const keys = [...new Set(needed.flatMap((key) => [...closure(key)]))];
	const scripts = keys.map((key) => manifest[key].file);
	const styles = [...new Set(keys.flatMap((key) => manifest[key].css ?? []))];
	// Whoever is behind the door is asked for first of all, by every page that is not a door itself.
	const behind = id.startsWith('/(app)');
	const links = [
		...(behind ? ['<link rel="preload" href="/api/v1/me" as="fetch" crossorigin="anonymous">'] : []),
		...styles.filter((file) => !index.includes(file)).map((file) => `<link rel="stylesheet" href="/${file}">`),
		...scripts.filter((file) => !index.includes(file)).map((file) => `<link rel="modulepreload" href="/${file}">`)
	];
	// The words stand before the script that looks for them.
	const html = index.replace('<script>', `${words(id).join('')}<script>`).replace('</head>', `${links.join('')}</head>`);
	const file = `_app/pages/${leaf}.html`;
	writeFileSync(`build/${file}`, html);
	writeFileSync(`build/${file}.br`, brotliCompressSync(html));
	writeFileSync(`build/${file}.gz`, gzipSync(html, { level: 9 }));
	return { path: segments.map((part) => (part.startsWith('[') ? '*' : part)), file };
});
// A name is found before what stands for any.
const named = (page) => page.path.filter((part) => part !== '*').length;
pages.sort((a, b) => named(b) - named(a));
writeFileSync('build/pages.json', JSON.stringify(pages));
console.log(`${pages.length} addresses name their files beforehand`);

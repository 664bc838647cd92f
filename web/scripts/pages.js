// Writes the page once for each address of the application, with the files that this address needs named in its head:
// a browser fetches them beside the program's beginning instead of after it. All pages are otherwise one and the same.
// build/pages.json tells the server which address gets which; what it does not know gets index.html as before.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { closure, manifest, node, routes, words } from './built.js';

const index = readFileSync('build/index.html', 'utf8');
if (!index.includes('</head>') || !index.includes('<script>')) throw new Error('The page has no head or no script; see web/scripts/pages.js.');

const spoken = (nodes) =>
	['en', 'fr'].map((lang) => {
		const files = words(nodes, lang).map((key) => `/${manifest[key].file}`);
		return `<meta name="words" lang="${lang}" content="${files.join(' ')}">`;
	});

mkdirSync('build/_app/pages', { recursive: true });
const pages = routes.map(({ id, leaf, nodes }) => {
	const segments = id.split('/').filter((part) => part && !/^\(.*\)$/.test(part));
	if (segments.some((part) => /^\[(\[|\.\.\.)/.test(part))) throw new Error(`${id}: web/scripts/pages.js knows no such part of an address.`);
	const keys = [...new Set(nodes.flatMap((n) => [...closure(node(n))]))];
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
	const html = index.replace('<script>', `${spoken(nodes).join('')}<script>`).replace('</head>', `${links.join('')}</head>`);
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

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
type Forms = Record<string, string>;
type Words = Record<string, string | Forms>;
const src = fileURLToPath(new URL('../src', import.meta.url));
const read = (name: string) => JSON.parse(readFileSync(join(src, 'lib/i18n', name), 'utf8')) as Words;
/** The parts that the words are in, each in English and in French; what is said everywhere is in the one without a name. */
const files: Record<string, [Words, Words]> = Object.fromEntries(
	[...new Set(readdirSync(join(src, 'lib/i18n')).flatMap((name) => /^(?:(\w+)\.)?(?:en|fr)\.json$/.exec(name)?.slice(1) ?? []))].map((part) => {
		const beginning = part ? `${part}.` : '';
		return [part ?? '', [read(`${beginning}en.json`), read(`${beginning}fr.json`)]];
	})
);
const en: Words = Object.assign({}, ...Object.values(files).map(([english]) => english));
const fr: Words = Object.assign({}, ...Object.values(files).map(([, french]) => french));
const words: Record<string, Words> = { en, fr };

function within(dir: string, ending: RegExp): string[] {
	return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
		const path = join(dir, entry.name);
		if (entry.isDirectory()) return within(path, ending);
		return ending.test(entry.name) ? [path] : [];
	});
}

const texts = (entry: string | Forms) => (typeof entry === 'string' ? [entry] : Object.values(entry));
const holes = (entry: string | Forms) => [...new Set(texts(entry).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]!)))].sort();

describe('the two languages', () => {
	test('say the same things, each in one file', () => {
		for (const [name, [english, french]] of Object.entries(files)) expect(Object.keys(french).sort(), name).toEqual(Object.keys(english).sort());
		expect(Object.keys(en).length).toBe(Object.values(files).reduce((n, [english]) => n + Object.keys(english).length, 0));
	});
	test('leave nothing empty and order the keys', () => {
		for (const [name, set] of Object.entries(words)) {
			for (const [key, entry] of Object.entries(set)) {
				for (const text of texts(entry)) expect(text.trim(), `${name} ${key}`).not.toBe('');
			}
		}
		for (const set of Object.values(files).flat()) expect(Object.keys(set)).toEqual(Object.keys(set).toSorted());
	});
	test('take the same parameters', () => {
		for (const key of Object.keys(en)) expect(holes(words.fr![key]!), key).toEqual(holes(words.en![key]!));
	});
	test('have every plural form that the language needs', () => {
		for (const [name, set] of Object.entries(words)) {
			for (const [key, entry] of Object.entries(set)) {
				if (typeof entry === 'string') continue;
				expect(entry, `${name} ${key}`).toHaveProperty('one');
				expect(entry, `${name} ${key}`).toHaveProperty('other');
			}
		}
	});
});

test('French is set as French is set: ’ and narrow no-break spaces', () => {
	for (const [key, entry] of Object.entries(fr as Words)) {
		for (const text of texts(entry)) {
			expect(text, `${key}: straight apostrophe`).not.toMatch(/'/);
			expect(text, `${key}: space before ; : ! ?`).not.toMatch(/[^\u202f\s\d/(][;!?]|[^\u202f\s\d/(\w]:(?!\/)|\p{L}:(?!\/)|[ \u00a0][;:!?]/u);
			expect(text, `${key}: guillemets`).not.toMatch(/«[^\u202f]|[^\u202f]»|"/);
		}
	}
});

test('English uses the typographic apostrophe too', () => {
	for (const [key, entry] of Object.entries(en as Words)) {
		for (const text of texts(entry)) expect(text, key).not.toMatch(/\w'\w/);
	}
});

// What fetches a part of the application opens the part of the words that it says: in the load function of a page, or beside
// an import() in one Promise.all. So every place can be followed from its page, with the words that are there by then.
const code: Record<string, string> = Object.fromEntries(within(src, /(?<!\.d|\.test)\.(svelte|ts)$/).map((path) => [relative(src, path), readFileSync(path, 'utf8')]));
const opens = (text: string): string[] => [...text.matchAll(/openPart\(([^)]*)\)/g)].flatMap((m) => [...m[1]!.matchAll(/'(\w+)'/g)].map((name) => name[1]!));

function found(from: string, named: string): string[] {
	const path = named.startsWith('$lib/') ? `lib/${named.slice(5)}` : named.startsWith('$kit/') ? `kit/${named.slice(5)}` : named.startsWith('.') ? join(dirname(from), named) : null;
	return path === null ? [] : ['', '.ts', '.svelte', '.svelte.ts'].map((ending) => path + ending).filter((one) => one in code).slice(0, 1);
}
const uses = Object.fromEntries(
	Object.entries(code).map(([path, text]) => [
		path,
		{
			at: [...text.matchAll(/^\s*(?:import|export)\s(?!type\s)(?:[^'"();]*?from\s+)?'([^']+)'/gm)].flatMap((m) => found(path, m[1]!)),
			later: [...text.matchAll(/(?<!typeof )import\('([^']+)'\)(?:, (?:import\('[^']+'\)|openPart\([^)]*\)))*/g)].map((m) => ({
				paths: [...m[0].matchAll(/import\('([^']+)'\)/g)].flatMap((one) => found(path, one[1]!)),
				parts: opens(m[0])
			}))
		}
	])
);
const says = (path: string): string[] => {
	const text = code[path]!;
	const whole = [...text.matchAll(/['"`]([a-z]\w*(?:\.\w+)*)['"`]/g)].map((m) => m[1]!).filter((key) => key in en);
	const begun = [...text.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/g)].flatMap((m) => Object.keys(en).filter((key) => key.startsWith(m[1]!)));
	return [...whole, ...begun];
};
const partOf = new Map(Object.entries(files).flatMap(([part, [english]]) => Object.keys(english).map((key) => [key, part] as const)));

/** What is said from here on without its words, and the parts that said something. */
function unheard(from: string[], there: string[], seen = new Set<string>(), said = new Set<string>()): { missing: string[]; said: Set<string> } {
	const missing: string[] = [];
	const all = [...from];
	for (const path of all) {
		const mark = `${path} ${there.toSorted().join()}`;
		if (seen.has(mark)) continue;
		seen.add(mark);
		for (const key of says(path)) {
			const part = partOf.get(key)!;
			said.add(part);
			if (part !== '' && !there.includes(part)) missing.push(`${path}: ${key} (${part})`);
		}
		all.push(...uses[path]!.at);
		for (const { paths, parts } of uses[path]!.later) missing.push(...unheard(paths, [...new Set([...there, ...parts])], seen, said).missing);
	}
	return { missing: [...new Set(missing)], said };
}

/** A page, what is around it, and the parts of the words that are opened for it. */
function visit(page: string): { paths: string[]; parts: string[] } {
	const paths = [page, page.replace('.svelte', '.ts')];
	for (let dir = dirname(page); dir.startsWith('routes'); dir = dirname(dir)) paths.push(...['+layout.svelte', '+layout.ts', '+error.svelte'].map((name) => join(dir, name)));
	const there = paths.filter((path) => path in code);
	return { paths: there, parts: there.filter((path) => path.endsWith('.ts')).flatMap((path) => opens(code[path]!)) };
}
const pages = Object.keys(code).filter((path) => path.endsWith('+page.svelte'));

test('the pages and their parts are found', () => {
	expect(pages.length).toBeGreaterThan(20);
	expect(visit('routes/(app)/inbox/[id]/+page.svelte').parts.toSorted()).toEqual(['inbox', 'people']);
	expect(uses['lib/inbox/List.svelte']!.later).toContainEqual({ paths: ['lib/inbox/Several.svelte'], parts: ['several'] });
	expect(unheard(['lib/inbox/Several.svelte'], []).missing).toContain('lib/inbox/Several.svelte: several.close (several)');
});

test.each(pages)('%s says nothing without its words, and opens none in vain', (page) => {
	const { paths, parts } = visit(page);
	const { missing, said } = unheard(paths, parts);
	expect(missing).toEqual([]);
	expect(parts.filter((part) => !said.has(part))).toEqual([]);
});

test('every key is used somewhere', () => {
	const text = Object.values(code).join('\n');
	const literal = new Set([...text.matchAll(/['"`]([a-z][\w]*(?:\.[\w]+)*)['"`]/g)].map((m) => m[1]!));
	const beginnings = [...text.matchAll(/`([a-z][\w]*\.(?:[\w.]*))\$\{/g)].map((m) => m[1]!);
	const unused = Object.keys(en).filter((key) => !literal.has(key) && !beginnings.some((b) => key.startsWith(b)));
	expect(unused).toEqual([]);
});

// Names that are the same in every language.
const names = /^[\d\s\p{P}\p{S}]*(?:Kith|Bluesky|Mastodon|Facebook|ALT)?[\d\s\p{P}\p{S}]*$/u;
const spoken = new Set(['aria-label', 'aria-description', 'title', 'placeholder', 'alt', 'label', 'hint', 'text', 'description']);

/** Text that a person would read and that does not come from t(). */
function hardCoded(source: string): string[] {
	const found: string[] = [];
	const walk = (node: unknown): void => {
		if (Array.isArray(node)) return node.forEach(walk);
		if (!node || typeof node !== 'object') return;
		const n = node as Record<string, unknown>;
		if (n.type === 'Text' && typeof n.data === 'string' && !names.test(n.data.trim())) found.push(n.data.trim());
		if (n.type === 'StyleDirective') return;
		if (n.type === 'Attribute') {
			if (!spoken.has(String(n.name)) || !Array.isArray(n.value)) return;
			for (const part of n.value as Record<string, unknown>[]) {
				if (part.type === 'Text' && !names.test(String(part.data).trim())) found.push(`${String(n.name)}="${String(part.data)}"`);
			}
			return;
		}
		for (const [key, value] of Object.entries(n)) if (key !== 'expression' && key !== 'metadata') walk(value);
	};
	walk(parse(source, { modern: true }).fragment);
	return found;
}

test.each(within(src, /\.svelte$/).map((path) => [relative(src, path), path] as const))('%s holds no text of its own', (_name, path) => {
	expect(hardCoded(readFileSync(path, 'utf8'))).toEqual([]);
});

test('the search for hard-coded text finds it', () => {
	expect(hardCoded('<p>Hello {name}</p><img alt="A cat" /><b>Kith</b><i>{t("a.b")}</i>')).toEqual(['Hello', 'alt="A cat"']);
});

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import enMain from '../src/lib/i18n/en.json';
import frMain from '../src/lib/i18n/fr.json';
import enSettings from '../src/lib/i18n/settings.en.json';
import frSettings from '../src/lib/i18n/settings.fr.json';
import enSeveral from '../src/lib/i18n/several.en.json';
import frSeveral from '../src/lib/i18n/several.fr.json';
import enStage from '../src/lib/i18n/stage.en.json';
import frStage from '../src/lib/i18n/stage.fr.json';

type Forms = Record<string, string>;
type Words = Record<string, string | Forms>;
const files: Record<string, [Words, Words]> = { main: [enMain, frMain], settings: [enSettings, frSettings], several: [enSeveral, frSeveral], stage: [enStage, frStage] };
const en: Words = { ...enMain, ...enSettings, ...enSeveral, ...enStage };
const fr: Words = { ...frMain, ...frSettings, ...frSeveral, ...frStage };
const words: Record<string, Words> = { en, fr };
const src = fileURLToPath(new URL('../src', import.meta.url));

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

// What a part of the application alone says comes with it: nowhere else would it be there.
test.each([
	['settings', enSettings, ['lib/settings/', 'routes/(app)/settings/']],
	['stage', enStage, ['lib/stage/', 'routes/(app)/rehearsal/']]
])('the words of %s are said in no other part', (_name, set, own) => {
	const code = Object.fromEntries(within(src, /\.(svelte|ts)$/).map((path) => [relative(src, path), readFileSync(path, 'utf8')]));
	const inside = (path: string) => own.some((dir) => path.startsWith(dir));
	const shared = new Set(Object.entries(code).filter(([path]) => !inside(path)).flatMap(([, text]) => [...text.matchAll(/'\$lib\/([^']+)'/g)].map((m) => `lib/${m[1]!}`)));
	const elsewhere = Object.entries(code).filter(([path]) => !inside(path) || shared.has(path) || shared.has(path.replace(/\.ts$/, '')));
	const said = elsewhere.flatMap(([path, text]) => Object.keys(set).flatMap((key) => (text.includes(`'${key}'`) || text.includes(`"${key}"`) ? [`${path}: ${key}`] : [])));
	const begun = elsewhere.flatMap(([path, text]) => [...text.matchAll(/`([a-z]\w*\.[\w.]*)\$\{/g)].filter((m) => Object.keys(set).some((key) => key.startsWith(m[1]!))).map((m) => `${path}: ${m[1]!}`));
	expect([...said, ...begun]).toEqual([]);
});

test('every key is used somewhere', () => {
	const code = [...within(src, /\.(svelte|ts)$/)].map((path) => readFileSync(path, 'utf8')).join('\n');
	const literal = new Set([...code.matchAll(/['"`]([a-z][\w]*(?:\.[\w]+)*)['"`]/g)].map((m) => m[1]!));
	const beginnings = [...code.matchAll(/`([a-z][\w]*\.(?:[\w.]*))\$\{/g)].map((m) => m[1]!);
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

// Every word of the application comes from these files through t(). Only the language in use is loaded, and what only a
// part of the application says comes with that part.
// A text is a string, or an object of plural forms chosen by {n}.
import type words from './en.json';
import type settings from './settings.en.json';
import type several from './several.en.json';
import type stage from './stage.en.json';

export type Locale = 'fr' | 'en';
export type Key = keyof typeof words | keyof typeof settings | keyof typeof several | keyof typeof stage;
export type Part = 'settings' | 'several' | 'stage';
export type Params = Record<string, string | number>;
type Forms = { one?: string; many?: string; other: string };
export type Dictionary = Record<string, string | Forms>;

export const locales: readonly Locale[] = ['fr', 'en'];

let current = $state<Locale>('en');
let dictionary = $state.raw<Dictionary>({});
let plural = new Intl.PluralRules('en');
let number = new Intl.NumberFormat('en');

export function locale(): Locale {
	return current;
}

export function asLocale(value: string | null | undefined): Locale | null {
	const short = (value ?? '').slice(0, 2).toLowerCase();
	return short === 'fr' || short === 'en' ? short : null;
}

/** The language to begin with: chosen here before, else what the browser asks for. */
export function preferredLocale(): Locale {
	let stored: string | null = null;
	try {
		stored = localStorage.getItem('kith.locale');
	} catch {
		// Storage may be forbidden; the browser's wish is good enough.
	}
	return asLocale(stored) ?? asLocale(navigator.languages?.find((l) => asLocale(l))) ?? 'en';
}

const files: Record<Part | '', Record<Locale, () => Promise<{ default: Dictionary }>>> = {
	'': { en: () => import('./en.json'), fr: () => import('./fr.json') },
	settings: { en: () => import('./settings.en.json'), fr: () => import('./settings.fr.json') },
	several: { en: () => import('./several.en.json'), fr: () => import('./several.fr.json') },
	stage: { en: () => import('./stage.en.json'), fr: () => import('./stage.fr.json') }
};
const parts = new Set<Part>();

/** The words of a language, with those of all parts that were opened, also while they were fetched. */
async function read(next: Locale): Promise<Dictionary> {
	for (;;) {
		const wanted = ['', ...parts] as const;
		const all = await Promise.all(wanted.map(async (part) => (await files[part][next]()).default));
		if (wanted.length === parts.size + 1) return Object.assign({}, ...all) as Dictionary;
	}
}

/** Adds the words of a part before it is shown. */
export async function openPart(part: Part): Promise<void> {
	if (parts.has(part)) return;
	parts.add(part);
	try {
		for (let spoken: Locale | undefined; spoken !== current; ) {
			spoken = current;
			const words = await read(spoken);
			if (spoken === current) dictionary = words;
		}
	} catch (error) {
		parts.delete(part); // asked for again the next time
		throw error;
	}
}

export async function setLocale(next: Locale): Promise<void> {
	const words = await read(next);
	plural = new Intl.PluralRules(next);
	number = new Intl.NumberFormat(next);
	dictionary = words;
	current = next;
	if (typeof document === 'undefined') return;
	document.documentElement.lang = next;
	try {
		localStorage.setItem('kith.locale', next);
	} catch {
		// Not kept; asked again next time.
	}
}

/** The text of a key in a dictionary, with its plural form and its parameters. */
export function render(words: Dictionary, rules: Intl.PluralRules, format: Intl.NumberFormat, key: string, params: Params = {}): string {
	const entry = words[key];
	if (entry === undefined) return key;
	let text: string;
	if (typeof entry === 'string') text = entry;
	else {
		const form = rules.select(Number(params.n ?? 0)) as keyof Forms;
		text = entry[form] ?? entry.other;
	}
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = params[name];
		if (value === undefined) return whole;
		return typeof value === 'number' ? format.format(value) : value;
	});
}

export function t(key: Key, params?: Params): string {
	return render(dictionary, plural, number, key, params);
}

/** For keys that the server names; a key this version does not know yet is shown as nothing at all. */
export function known(key: string): key is Key {
	return key in dictionary;
}

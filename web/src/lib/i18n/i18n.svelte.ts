// Every word of the application comes from these files through t(). Only the language in use is loaded, and what only a
// part of the application says comes with that part.
// A text is a string, or an object of plural forms chosen by {n}.
import type words from './en.json';
import type alert from './alert.en.json';
import type compose from './compose.en.json';
import type door from './door.en.json';
import type figures from './figures.en.json';
import type hand from './hand.en.json';
import type inbox from './inbox.en.json';
import type measure from './measure.en.json';
import type people from './people.en.json';
import type post from './post.en.json';
import type publish from './publish.en.json';
import type quota from './quota.en.json';
import type settings from './settings.en.json';
import type several from './several.en.json';
import type stage from './stage.en.json';
import type today from './today.en.json';

export type Locale = 'fr' | 'en';
type Parts = {
	'': typeof words;
	alert: typeof alert;
	compose: typeof compose;
	door: typeof door;
	figures: typeof figures;
	hand: typeof hand;
	inbox: typeof inbox;
	measure: typeof measure;
	people: typeof people;
	post: typeof post;
	publish: typeof publish;
	quota: typeof quota;
	settings: typeof settings;
	several: typeof several;
	stage: typeof stage;
	today: typeof today;
};
export type Part = Exclude<keyof Parts, ''>;
export type Key = { [P in keyof Parts]: keyof Parts[P] }[keyof Parts];
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

const files = import.meta.glob<Dictionary>('./*.json', { import: 'default' });
const parts = new Map<Part, Promise<void>>();
// The language asked for last; it is spoken as soon as its words are there.
let wanted: Locale | null = null;

/** The words of a language, with those of all parts that were opened, also while they were fetched. */
async function read(next: Locale): Promise<Dictionary> {
	for (;;) {
		const names = ['', ...[...parts.keys()].map((part) => `${part}.`)];
		const all = await Promise.all(names.map((name) => files[`./${name}${next}.json`]!()));
		if (names.length === parts.size + 1) return Object.assign({}, ...all) as Dictionary;
	}
}

async function speak(next: Locale): Promise<void> {
	const before = wanted;
	wanted = next;
	try {
		const words = await read(next);
		if (wanted !== next) return;
		plural = new Intl.PluralRules(next);
		number = new Intl.NumberFormat(next);
		dictionary = words;
		current = next;
	} catch (error) {
		if (wanted === next) wanted = before;
		throw error;
	}
}

/** Adds the words of parts before they are shown: what is fetched opens what it says at the same time. */
export async function openPart(...wants: Part[]): Promise<void> {
	const news = wants.filter((part) => !parts.has(part));
	if (news.length > 0) {
		const coming = Promise.resolve().then(add); // when all are noted
		for (const part of news) parts.set(part, coming);
		coming.catch(() => {
			for (const part of news) parts.delete(part); // asked for again the next time
		});
	}
	await Promise.all(wants.map((part) => parts.get(part)));
}

/** Before anybody has chosen, the words are those of the language that will be begun with. */
async function add(): Promise<void> {
	let spoken: Locale;
	do await speak((spoken = wanted ?? preferredLocale()));
	while (wanted !== spoken);
}

export async function setLocale(next: Locale): Promise<void> {
	await speak(next);
	if (wanted !== next || typeof document === 'undefined') return;
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

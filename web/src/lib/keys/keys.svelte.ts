// One keyboard language for the whole application. A page says what an act does while it is open; which key calls it
// is the person's choice, kept in this browser, and the whole language can be switched off.
import type { Key } from '$lib/i18n/i18n.svelte';

export type Act = { id: string; keys: string; label: Key; group: Key; /** Nothing answers to it yet. */ later?: boolean };

export const acts: readonly Act[] = [
	{ id: 'go.today', keys: 'g t', label: 'keys.go.today', group: 'keys.group.go' },
	{ id: 'go.inbox', keys: 'g i', label: 'keys.go.inbox', group: 'keys.group.go' },
	{ id: 'go.publish', keys: 'g p', label: 'keys.go.publish', group: 'keys.group.go' },
	{ id: 'go.people', keys: 'g m', label: 'keys.go.people', group: 'keys.group.go' },
	{ id: 'go.measure', keys: 'g f', label: 'keys.go.measure', group: 'keys.group.go' },
	{ id: 'go.settings', keys: 'g s', label: 'keys.go.settings', group: 'keys.group.go' },
	{ id: 'next', keys: 'j', label: 'keys.next', group: 'keys.group.list' },
	{ id: 'previous', keys: 'k', label: 'keys.previous', group: 'keys.group.list' },
	{ id: 'select', keys: 'x', label: 'keys.select', group: 'keys.group.list' },
	{ id: 'done', keys: 'e', label: 'keys.done', group: 'keys.group.conversation' },
	{ id: 'reply', keys: 'r', label: 'keys.reply', group: 'keys.group.conversation' },
	{ id: 'assign', keys: 'a', label: 'keys.assign', group: 'keys.group.conversation' },
	{ id: 'snooze', keys: 's', label: 'keys.snooze', group: 'keys.group.conversation', later: true },
	{ id: 'compose', keys: 'c', label: 'keys.compose', group: 'keys.group.everywhere' },
	{ id: 'search', keys: '/', label: 'keys.search', group: 'keys.group.everywhere' },
	{ id: 'help', keys: '?', label: 'keys.help', group: 'keys.group.everywhere' }
];

export type Chosen = Record<string, string>;

type Stored = { on: boolean; keys: Chosen };
const running = new Map<string, (() => void)[]>();
let version = $state(0);
let on = $state(true);
let chosen = $state.raw<Chosen>({});
let owner = '';

export function shortcutsOn(): boolean {
	return on;
}

export function keysOf(id: string): string {
	return chosen[id] ?? acts.find((act) => act.id === id)?.keys ?? '';
}

/** Acts that something on the screen answers to at this moment. */
export function answered(): readonly Act[] {
	void version;
	return acts.filter((act) => running.get(act.id)?.length);
}

export function recallKeys(user: string): void {
	owner = user;
	try {
		const stored = JSON.parse(localStorage.getItem(`kith.keys.${user}`) ?? 'null') as Partial<Stored> | null;
		on = stored?.on ?? true;
		chosen = stored?.keys ?? {};
	} catch {
		on = true;
		chosen = {};
	}
}

function keep(): void {
	try {
		localStorage.setItem(`kith.keys.${owner}`, JSON.stringify({ on, keys: chosen } satisfies Stored));
	} catch {
		// The choice holds until this tab closes.
	}
}

export function switchShortcuts(to: boolean): void {
	on = to;
	keep();
}

/** Gives an act other keys; answers the act that already has them, and changes nothing then. */
export function remap(id: string, keys: string): Act | null {
	const clash = acts.find((act) => act.id !== id && overlaps(keysOf(act.id), keys));
	if (clash) return clash;
	const rest = { ...chosen };
	delete rest[id];
	chosen = acts.find((act) => act.id === id)?.keys === keys ? rest : { ...rest, [id]: keys };
	keep();
	return null;
}

export function resetKeys(): void {
	chosen = {};
	keep();
}

/** "g" alone would swallow "g t". */
export function overlaps(a: string, b: string): boolean {
	return a !== '' && b !== '' && (a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `));
}

/** While the calling component is on screen, this act does that. The latest to say so wins. */
export function onAct(id: string, run: () => void): void {
	// Said while the component begins, parents before children; effects would run the other way round, and the shell
	// would take back what a page has claimed.
	const stack = running.get(id) ?? [];
	stack.push(run);
	running.set(id, stack);
	queueMicrotask(() => version++);
	$effect(() => () => {
		stack.splice(stack.indexOf(run), 1);
		queueMicrotask(() => version++);
	});
}

export function perform(id: string): boolean {
	const run = running.get(id)?.at(-1);
	run?.();
	return run !== undefined;
}

/** What was pressed, as it is written: "g", "?", "Escape"; empty for keys that belong to the browser. */
export function pressed(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
	if (e.ctrlKey || e.metaKey || e.altKey) return '';
	if (e.key.length !== 1 || e.key === ' ') return '';
	return e.key.toLowerCase();
}

/** Follows keys one after the other and answers the act they spell, if any. */
export class Speller {
	#before = '';
	#at = 0;

	spell(key: string, now: number, of: (id: string) => string = keysOf): { act: string | null; waiting: boolean } {
		const words = this.#before && now - this.#at < 1200 ? [`${this.#before} ${key}`, key] : [key];
		for (const word of words) {
			const act = acts.find((a) => of(a.id) === word);
			if (act) {
				this.#before = '';
				return { act: act.id, waiting: false };
			}
			if (acts.some((a) => of(a.id).startsWith(`${word} `))) {
				this.#before = word;
				this.#at = now;
				return { act: null, waiting: true };
			}
		}
		this.#before = '';
		return { act: null, waiting: false };
	}
}

function typing(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLElement)) return false;
	if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
	if (target instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'submit', 'file'].includes(target.type);
	return target.closest('[role="menu"],[role="listbox"],[role="dialog"],[role="alertdialog"]') !== null;
}

const speller = new Speller();

export function listenToKeys(e: KeyboardEvent): void {
	if (!on || e.defaultPrevented || e.isComposing || typing(e.target)) return;
	const key = pressed(e);
	if (!key) return;
	const { act, waiting } = speller.spell(key, e.timeStamp);
	if (waiting || (act && perform(act))) e.preventDefault();
}

export const apple = typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.platform);

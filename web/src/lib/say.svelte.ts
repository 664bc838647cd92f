// Short words to the person: toasts that can carry an undo, and the live region for those who listen.
import { untrack } from 'svelte';

export type Toast = { id: number; text: string; tone: 'plain' | 'ok' | 'bad'; undo?: () => void; action?: { label: string; run: () => void } };

let toasts = $state.raw<Toast[]>([]);
let spoken = $state('');
let last = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export function shown(): readonly Toast[] {
	return toasts;
}

export function announcement(): string {
	return spoken;
}

/** Told politely by a screen reader, shown nowhere. */
export function announce(text: string): void {
	// The same text twice is said twice.
	const before = untrack(() => spoken);
	spoken = text === before ? `${text}\u200b` : text;
}

/** Shows short words. Whoever tells something does not read what is told: an effect that tells would otherwise tell without end. */
export function toast(text: string, more: Omit<Partial<Toast>, 'id' | 'text'> = {}): number {
	const id = ++last;
	toasts = [...untrack(() => toasts).slice(-2), { id, text, tone: 'plain', ...more }];
	announce(text);
	untrack(() => resume(id));
	return id;
}

export function dismiss(id: number): void {
	hold(id);
	toasts = toasts.filter((t) => t.id !== id);
}

/** A toast stays while someone reads or reaches for it. */
export function hold(id: number): void {
	clearTimeout(timers.get(id));
	timers.delete(id);
}

export function resume(id: number): void {
	const it = toasts.find((t) => t.id === id);
	if (!it) return;
	hold(id);
	const time = it.undo || it.action || it.tone === 'bad' ? 10_000 : 5_000;
	timers.set(
		id,
		setTimeout(() => dismiss(id), time)
	);
}

export function undoLast(): void {
	const it = [...toasts].reverse().find((t) => t.undo);
	if (!it) return;
	dismiss(it.id);
	it.undo?.();
}

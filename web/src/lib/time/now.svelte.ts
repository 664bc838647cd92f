// What time it is for this house. A house that rehearses lives in its own time, which may stand still or run fast: the server
// says where it is, and between two answers it goes on here at the same pace. Everywhere else it is the browser's own clock.

import { untrack } from 'svelte';

type Known = { at: number; from: number; speed: number };

let known = $state.raw<Known | null>(null);

/** The server has said what time it is, and how fast time passes. */
export function houseTimeIs(at: number, speed: number, from = performance.now()): void {
	known = { at, from, speed };
}

/** Whether the server has said what time it is. */
export function timeIsKnown(): boolean {
	return known !== null;
}

/** Milliseconds since 1970, for this house. Who reads it in an effect or a derived value follows what the server says. */
export function houseNow(): number {
	return known === null ? Date.now() : known.at + (performance.now() - known.from) * known.speed;
}

/** How long to wait in life until so much time has passed for the house: at least a second. */
export function inLife(ms: number): number {
	const speed = known?.speed ?? 1;
	return speed <= 0 ? 60_000 : Math.max(1000, ms / speed);
}

/** In an effect: tells the time at once, whenever the server says another one, and each time so much of it has passed. */
export function followTime(ms: number, tell: (now: number) => void): () => void {
	const wait = inLife(ms);
	untrack(() => tell(houseNow()));
	const timer = setInterval(() => tell(houseNow()), wait);
	return () => clearInterval(timer);
}

// What a page shows from the server: the last good answer stays while a new one is under way.
import { asProblem, type Problem } from '$lib/api/problem';
import { onNews } from '$lib/api/news';
import type { News, Page } from '$lib/api/types';
import { locale } from '$lib/i18n/i18n.svelte';

export class Loaded<T> {
	data = $state.raw<T | null>(null);
	problem = $state.raw<Problem | null>(null);
	busy = $state(false);
	#under: AbortController | null = null;
	#ask: (signal: AbortSignal) => Promise<T>;

	constructor(ask: (signal: AbortSignal) => Promise<T>) {
		this.#ask = ask;
	}

	async refetch(): Promise<void> {
		this.#under?.abort();
		const mine = (this.#under = new AbortController());
		this.busy = true;
		try {
			const data = await this.#ask(mine.signal);
			if (mine.signal.aborted) return;
			this.data = data;
			this.problem = null;
		} catch (error) {
			if (mine.signal.aborted) return;
			this.problem = asProblem(error);
		} finally {
			if (this.#under === mine) this.busy = false;
		}
	}

	drop(): void {
		this.#under?.abort();
	}
}

/** Loads now, again whenever something that the question reads changes, and again on news of these topics. */
export function loaded<T>(ask: (signal: AbortSignal) => Promise<T>, topics: readonly News['topic'][] = []): Loaded<T> {
	const it = new Loaded(ask);
	$effect(() => {
		locale(); // the server answers in the reader's language
		void it.refetch();
		return () => it.drop();
	});
	$effect(() => follow(topics, () => void it.refetch()));
	return it;
}

function follow(topics: readonly News['topic'][], run: () => void): () => void {
	if (topics.length === 0) return () => {};
	let timer: ReturnType<typeof setTimeout> | undefined;
	const off = onNews(topics, () => {
		// News come in bursts; one question answers them all.
		clearTimeout(timer);
		timer = setTimeout(run, 150);
	});
	return () => {
		clearTimeout(timer);
		off();
	};
}

/**
 * A list that never jumps: items that are shown change in place, new ones wait at the edge (fresh) until they are
 * asked in, and more is read from the end by cursor.
 */
export class Feed<T extends { id: string }> {
	items = $state.raw<T[] | null>(null);
	fresh = $state(0);
	next = $state('');
	problem = $state.raw<Problem | null>(null);
	busy = $state(false);
	#latest: T[] = [];
	#latestNext = '';
	#turn = 0;
	#ask: (cursor: string, signal: AbortSignal) => Promise<Page<T>>;
	#under: AbortController | null = null;

	constructor(ask: (cursor: string, signal: AbortSignal) => Promise<Page<T>>) {
		this.#ask = ask;
	}

	async #read(cursor: string): Promise<Page<T> | null> {
		this.#under?.abort();
		const mine = (this.#under = new AbortController());
		const turn = ++this.#turn;
		this.busy = true;
		try {
			const page = await this.#ask(cursor, mine.signal);
			if (turn !== this.#turn) return null;
			this.problem = null;
			return page;
		} catch (error) {
			if (turn === this.#turn && !mine.signal.aborted) this.problem = asProblem(error);
			return null;
		} finally {
			if (turn === this.#turn) this.busy = false;
		}
	}

	/** From the beginning, as after a change of filter. */
	async start(): Promise<void> {
		const page = await this.#read('');
		if (!page) return;
		this.items = page.items;
		this.next = page.next;
		this.fresh = 0;
	}

	/** Asks again without moving anything: known items are renewed, unknown ones counted. */
	async renew(): Promise<void> {
		if (this.items === null) return this.start();
		const page = await this.#read('');
		if (!page) return;
		const shown = new Set(this.items.map((item) => item.id));
		const now = new Map(page.items.map((item) => [item.id, item]));
		this.#latest = page.items;
		this.#latestNext = page.next;
		this.items = this.items.map((item) => now.get(item.id) ?? item);
		this.fresh = this.items.length === 0 ? 0 : page.items.filter((item) => !shown.has(item.id)).length;
		if (this.items.length === 0) this.admit();
	}

	/** Lets in what waits at the edge. */
	admit(): void {
		if (this.#latest.length > 0) {
			this.items = this.#latest;
			this.next = this.#latestNext;
		}
		this.fresh = 0;
	}

	async more(): Promise<void> {
		if (!this.next || this.busy) return;
		const page = await this.#read(this.next);
		if (!page) return;
		const shown = new Set(this.items?.map((item) => item.id));
		this.items = [...(this.items ?? []), ...page.items.filter((item) => !shown.has(item.id))];
		this.next = page.next;
	}

	/** Shows a change that was made here before the server repeats it. */
	put(item: T): void {
		this.items = this.items?.map((old) => (old.id === item.id ? item : old)) ?? null;
	}

	remove(id: string): void {
		this.items = this.items?.filter((item) => item.id !== id) ?? null;
	}

	drop(): void {
		this.#under?.abort();
	}
}

/** A feed that starts over when its question changes and renews itself on news. */
export function feed<T extends { id: string }>(
	ask: (cursor: string, signal: AbortSignal) => Promise<Page<T>>,
	topics: readonly News['topic'][] = []
): Feed<T> {
	const it = new Feed(ask);
	$effect(() => {
		locale();
		void it.start();
		return () => it.drop();
	});
	$effect(() => follow(topics, () => void it.renew()));
	return it;
}

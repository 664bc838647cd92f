// One conversation on the stage. What comes in while somebody reads waits at the edge; what is known changes in place.
import { conversations as ask } from '$lib/api/talk';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Conversation, Message } from '$lib/api/types';

export class Thread {
	readonly id: string;
	conversation = $state.raw<Conversation | null>(null);
	messages = $state.raw<Message[] | null>(null);
	/** Messages that came in meanwhile and are not shown yet. */
	waiting = $state.raw<Message[]>([]);
	earlier = $state('');
	problem = $state.raw<Problem | null>(null);
	busy = $state(false);
	#under: AbortController | null = null;
	#turn = 0;

	constructor(id: string) {
		this.id = id;
	}

	/** Whether this answer was taken: not where a later question overtook it, nor after the thread was left. */
	async load(): Promise<boolean> {
		this.#under?.abort();
		const mine = (this.#under = new AbortController());
		const turn = ++this.#turn;
		this.busy = true;
		try {
			const [conversation, page] = await Promise.all([ask.get(this.id, mine.signal), ask.messages(this.id, '', mine.signal)]);
			if (turn !== this.#turn) return false;
			this.problem = null;
			this.conversation = conversation;
			this.#take(page.items, page.next);
			return true;
		} catch (error) {
			if (turn === this.#turn && !mine.signal.aborted) this.problem = asProblem(error);
			return false;
		} finally {
			if (turn === this.#turn) this.busy = false;
		}
	}

	#take(newest: Message[], next: string): void {
		if (this.messages === null) {
			this.messages = newest;
			this.earlier = next;
			return;
		}
		const now = new Map(newest.map((m) => [m.id, m]));
		const shown = new Set(this.messages.map((m) => m.id));
		const kept = this.messages.filter((m) => !m.id.startsWith('own-') || !newest.some((n) => n.from_us && !shown.has(n.id) && n.text === m.text && n.media.length === m.media.length)).map((m) => now.get(m.id) ?? m);
		const unseen = newest.filter((m) => !shown.has(m.id));
		this.messages = [...kept, ...unseen.filter((m) => m.from_us)];
		this.waiting = unseen.filter((m) => !m.from_us);
	}

	admit(): void {
		if (this.waiting.length === 0) return;
		this.messages = [...(this.messages ?? []), ...this.waiting];
		this.waiting = [];
	}

	async more(): Promise<void> {
		if (!this.earlier || this.busy) return;
		this.busy = true;
		try {
			const page = await ask.messages(this.id, this.earlier);
			const shown = new Set(this.messages?.map((m) => m.id));
			this.messages = [...(this.messages ?? []), ...page.items.filter((m) => !shown.has(m.id))];
			this.earlier = page.next;
		} catch (error) {
			this.problem = asProblem(error);
		} finally {
			this.busy = false;
		}
	}

	put(message: Message): void {
		this.messages = this.messages?.map((m) => (m.id === message.id ? message : m)) ?? null;
	}

	add(message: Message): void {
		if (this.messages?.some((m) => m.id === message.id)) return this.put(message);
		this.messages = [...(this.messages ?? []), message];
	}

	drop(id: string): void {
		this.messages = this.messages?.filter((m) => m.id !== id) ?? null;
	}

	leave(): void {
		this.#turn++;
		this.#under?.abort();
	}
}

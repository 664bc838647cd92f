// The inbox as one person works through it: which conversations are listed, which comes next, and what becomes of the
// one that is done. One for as long as the inbox is open.
import { getContext, setContext } from 'svelte';
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { conversations as ask, today } from '$lib/api/talk';
import { asProblem } from '$lib/api/problem';
import type { BulkAct, Conversation, Hit } from '$lib/api/types';
import { t } from '$lib/i18n/i18n.svelte';
import { feed, type Feed } from '$lib/load.svelte';
import { toast } from '$lib/say.svelte';

const states = ['open', 'done', 'all'] as const;
const kinds = ['comments', 'direct', 'mention'] as const;
type Found = Hit & { id: string };

export class Desk {
	readonly list: Feed<Conversation>;
	readonly found: Feed<Found>;
	/** On a tour, these have been seen. */
	#seen = new Set<string>();

	constructor() {
		this.list = feed<Conversation>(
			(cursor, signal) =>
				ask.list({ state: this.state, channel: this.channel || undefined, kind: this.kind, unread: this.unread || undefined, cursor: cursor || undefined }, signal),
			['inbox']
		);
		this.found = feed<Found>(async (cursor, signal) => {
			if (!this.q) return { items: [], next: '' };
			const hits = await ask.search({ q: this.q, channel: this.channel || undefined, state: 'all', cursor: cursor || undefined }, signal);
			return { items: hits.items.map((hit) => ({ ...hit, id: hit.message.id })), next: hits.next };
		});
	}

	readonly #params = $derived(page.url.searchParams);
	readonly q = $derived((this.#params.get('q') ?? '').trim());
	readonly state = $derived(states.find((s) => s === this.#params.get('state')) ?? 'open');
	readonly channel = $derived(this.#params.get('channel') ?? '');
	readonly kind = $derived(kinds.find((k) => k === this.#params.get('kind')));
	readonly unread = $derived(this.#params.get('unread') === '1');
	readonly tour = $derived(this.#params.get('tour') === '1');
	readonly narrowed = $derived([this.channel, this.kind, this.unread].filter(Boolean).length);
	readonly current = $derived(page.params.id ?? '');

	/** An address of the inbox with the same filters, except for these changes. */
	address(id: string, change: Record<string, string> = {}): string {
		const params = new URLSearchParams(page.url.searchParams);
		params.delete('m');
		for (const [key, value] of Object.entries(change)) {
			if (value) params.set(key, value);
			else params.delete(key);
		}
		const query = params.toString();
		return `/inbox${id && `/${id}`}${query && `?${query}`}`;
	}

	#ids(): string[] {
		return this.q ? [...new Set(this.found.items?.map((hit) => hit.conversation_id))] : (this.list.items ?? []).map((c) => c.id);
	}

	beside(id: string, by: 1 | -1): string {
		const ids = this.#ids();
		const at = ids.indexOf(id);
		return (at < 0 ? ids[0] : ids[at + by]) ?? '';
	}

	async step(by: 1 | -1): Promise<void> {
		if (this.tour && by === 1) return this.#onward(this.current);
		const next = this.beside(this.current, by);
		if (next) await goto(this.address(next), { keepFocus: this.current !== '', noScroll: true });
	}

	/** Marks it done at once and goes on; what follows is asked afterwards, and can be undone. */
	async finish(conversation: Conversation, move = true): Promise<void> {
		const { id } = conversation;
		const before = this.list.items;
		const next = this.beside(id, 1) || this.beside(id, -1);
		const told = ask.done(id);
		told.catch(() => {});
		if (this.state === 'open') this.list.remove(id);
		else this.list.put({ ...conversation, state: 'done', unread: 0, waiting_since: null });
		const back = () => {
			const items = this.list.items ?? [];
			const at = before?.findIndex((c) => c.id === id) ?? -1;
			if (at >= 0 && !items.some((c) => c.id === id)) this.list.items = [...items.slice(0, at), conversation, ...items.slice(at)];
			else this.list.put(conversation);
		};
		toast(t('inbox.isDone', { name: conversation.person?.name || conversation.title }), {
			tone: 'ok',
			undo: () => {
				back();
				void told
					.then(() => ask.reopen(id))
					.then(() => goto(this.address(id), { noScroll: true }))
					.catch((error) => toast(asProblem(error).detail || t('problem.unavailable'), { tone: 'bad' }));
			}
		});
		if (move) {
			if (this.tour) {
				await told.catch(() => {});
				await this.#onward(id);
			} else await goto(next && next !== id ? this.address(next) : this.address(''), { keepFocus: next !== '', noScroll: true });
		}
		try {
			await told;
		} catch (error) {
			back();
			toast(asProblem(error).detail || t('problem.unavailable'), { tone: 'bad' });
		}
	}

	/** What was done to several is shown at once: those that belong to another list leave this one. */
	settle(ids: string[], act: BulkAct): void {
		const one = new Set(ids);
		if (act === 'done' && this.state === 'open') this.list.items = this.list.items?.filter((c) => !one.has(c.id)) ?? null;
		else if (act === 'reopen' && this.state === 'done') this.list.items = this.list.items?.filter((c) => !one.has(c.id)) ?? null;
		else if (act === 'read') this.list.items = this.list.items?.map((c) => (one.has(c.id) ? { ...c, unread: 0 } : c)) ?? null;
		else if (act === 'reopen') void this.list.start(); // they may come back into it
		else void (this.q ? this.found.renew() : this.list.renew());
		if (this.list.items?.length === 0 && this.list.next) void this.list.start();
	}

	/** The next on the tour: who has waited longest and was not seen yet. */
	async #onward(from: string): Promise<void> {
		this.#seen.add(from);
		try {
			const { answer } = await today();
			const waiting = [...answer.first, ...(this.list.items ?? []).filter((c) => c.waiting_since && c.state === 'open').toSorted((a, b) => a.waiting_since!.localeCompare(b.waiting_since!))];
			const next = waiting.find((c) => !this.#seen.has(c.id));
			if (next) return await goto(this.address(next.id), { keepFocus: true, noScroll: true });
			toast(answer.count > 0 ? t('inbox.tourSkipped', { n: answer.count }) : t('inbox.tourOver'), { tone: answer.count > 0 ? 'plain' : 'ok' });
			this.#seen.clear();
			await goto('/');
		} catch (error) {
			toast(asProblem(error).detail || t('problem.unavailable'), { tone: 'bad' });
		}
	}
}

const key = Symbol('desk');

export function openDesk(): Desk {
	return setContext(key, new Desk());
}

export function theDesk(): Desk {
	return getContext<Desk>(key);
}

// Several at once: which are chosen, what is done to them piece by piece, and what became of each. It outlives the page,
// so that long work goes on while somebody looks elsewhere, and what was refused is still there to read.
import { asProblem, type Problem } from '$lib/api/problem';
import type { BulkAct } from '$lib/api/types';
import { openPart } from '$lib/i18n/i18n.svelte';
import { me } from '$lib/session.svelte';
import { span } from './span';

export type Pick = {
	/** A conversation of the list, or a message that a search found. */
	id: string;
	message: boolean;
	name: string;
	text: string;
	channel: string;
	network: string;
};
export type Refusal = { pick: Pick; why: string; hint: string };

export class Picks {
	/** Boxes are shown. */
	on = $state(false);
	all = $state.raw<Pick[]>([]);
	act = $state<BulkAct | ''>('');
	at = $state(0);
	of = $state(0);
	stopping = $state(false);
	refused = $state.raw<Refusal[]>([]);
	/** Why it ended before its end, and what was left then. */
	stopped = $state.raw<{ act: BulkAct; left: number; problem: Problem | null } | null>(null);
	#owner = '';
	#anchor = '';
	last = $state<BulkAct | ''>('');

	readonly busy = $derived(this.act !== '');

	/** What one person chose is not the next one's. */
	mine(): void {
		if (this.#owner === me().user.id) return;
		this.#owner = me().user.id;
		this.close();
	}
	has = (id: string) => this.all.some((p) => p.id === id);
	close(): void {
		if (this.busy) return;
		this.on = false;
		this.clear();
	}
	clear(): void {
		this.all = [];
		this.refused = [];
		this.stopped = null;
		this.#anchor = '';
	}
	toggle(pick: Pick): void {
		if (this.busy) return;
		this.on = true;
		this.#anchor = pick.id;
		this.all = this.has(pick.id) ? this.all.filter((p) => p.id !== pick.id) : [...this.all, pick];
	}
	/** All between the one that was chosen last and this one. */
	reach(pick: Pick, shown: readonly Pick[]): void {
		if (this.busy) return;
		this.on = true;
		const between = span(shown, this.#anchor || pick.id, pick.id);
		this.all = [...this.all, ...between.filter((p) => !this.has(p.id))];
		if (!this.#anchor) this.#anchor = pick.id;
	}
	everything(shown: readonly Pick[], on: boolean): void {
		if (this.busy) return;
		const ids = new Set(shown.map((p) => p.id));
		this.all = [...this.all.filter((p) => !ids.has(p.id)), ...(on ? shown : [])];
	}
	stop(): void {
		this.stopping = true;
	}

	/** Does it to all that are chosen; after tells what became of each piece as it comes. */
	async run(act: BulkAct, after: (done: Pick[], act: BulkAct) => void, picks: Pick[] = this.all, undoing = false): Promise<void> {
		if (this.busy || picks.length === 0) return;
		this.act = this.last = act;
		try {
			const [work] = await Promise.all([import('./carry'), openPart('several')]);
			await work.carry(this, act, after, picks, undoing);
		} catch (error) {
			this.stopped = { act, left: picks.length, problem: asProblem(error) };
		} finally {
			this.act = '';
			if (this.all.length === 0 && !undoing) this.close();
		}
	}
}

const picks = new Picks();

export function thePicks(): Picks {
	return picks;
}

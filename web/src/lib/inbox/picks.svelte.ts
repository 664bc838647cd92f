// Several at once: which are chosen, what is done to them piece by piece, and what became of each. It outlives the page,
// so that long work goes on while somebody looks elsewhere, and what was refused is still there to read.
import { several } from '$lib/api/talk';
import { idempotencyKey } from '$lib/api/key';
import { asProblem, type Problem } from '$lib/api/problem';
import type { BulkAct, BulkOutcome } from '$lib/api/types';
import { t } from '$lib/i18n/i18n.svelte';
import { toast } from '$lib/say.svelte';
import { me } from '$lib/session.svelte';
import { gather, inTurns, opposite, span, type Became } from './several';

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

class Picks {
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
		this.at = 0;
		this.of = picks.length;
		this.stopping = false;
		this.refused = [];
		this.stopped = null;
		const outcomes: BulkOutcome[] = [];
		const tried = new Set<string>();
		let problem: Problem | null = null;
		const ask = async (some: Pick[]): Promise<BulkOutcome[]> => {
			try {
				const answer = await several(
					{ act, conversations: some.filter((p) => !p.message).map((p) => p.id), messages: some.filter((p) => p.message).map((p) => p.id) },
					idempotencyKey()
				);
				return answer.outcomes;
			} catch (error) {
				const said = asProblem(error);
				if (said.kind !== 'not_found') throw said;
				// One that is gone keeps the others from nothing.
				if (some.length > 1) return (await Promise.all(some.map((p) => ask([p])))).flat();
				const [p] = some as [Pick];
				return [{ conversation_id: p.message ? '' : p.id, message_id: p.message ? p.id : '', person_id: '', result: 'refused', kind: said.kind, detail: said.detail, hint: said.hint }];
			}
		};
		for (const some of inTurns(picks, act)) {
			if (this.stopping) break;
			try {
				const came = await ask(some);
				outcomes.push(...came);
				for (const p of some) tried.add(p.id);
				after(gather(some, came).filter((b) => b.result !== 'refused').map((b) => b.pick), act);
			} catch (error) {
				problem = asProblem(error);
				break;
			}
			this.at += some.length;
		}
		const became = gather(picks.filter((p) => tried.has(p.id)), outcomes);
		this.#tell(act, became, outcomes, picks.length - tried.size, problem, after, undoing);
		const left = picks.filter((p) => !tried.has(p.id));
		const kept = became.filter((b) => b.result === 'refused').map((b) => b.pick);
		// What was done is chosen no longer; what was not is, so that nothing is lost.
		this.all = undoing ? this.all : [...kept, ...left];
		this.act = '';
		if (this.all.length === 0 && !undoing) this.close();
	}

	#tell(act: BulkAct, became: Became<Pick>[], outcomes: BulkOutcome[], left: number, problem: Problem | null, after: (done: Pick[], act: BulkAct) => void, undoing: boolean): void {
		const count = (result: string) => became.filter((b) => b.result === result).length;
		this.refused = became.flatMap((b) => (b.result === 'refused' ? [{ pick: b.pick, why: b.why, hint: b.hint }] : []));
		if (left > 0) this.stopped = { act, left, problem };
		const back = opposite[act];
		const moved = outcomes.filter((o) => o.result === 'done');
		const words = [count('done') > 0 ? t(`several.${undoing ? 'undone' : act}.did`, { n: count('done') }) : t('several.nothing')];
		if (count('unchanged') > 0 && count('done') > 0) words.push(t('several.unchanged', { n: count('unchanged') }));
		if (this.refused.length > 0) words.push(t('several.refused', { n: this.refused.length }));
		toast(words.join(' '), {
			tone: count('done') > 0 ? 'ok' : 'plain',
			undo:
				back && moved.length > 0 && !undoing
					? () =>
							void this.run(
								back,
								after,
								moved.map((o) => ({ id: o.message_id || o.conversation_id, message: o.message_id !== '', name: '', text: '', channel: '', network: '' })),
								true
							)
					: undefined
		});
	}
}

const picks = new Picks();

export function thePicks(): Picks {
	return picks;
}

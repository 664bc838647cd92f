// What is done to several, piece by piece, and what is said of it: it comes when the first of it is asked for.
import { idempotencyKey } from '$lib/api/key';
import { asProblem, type Problem } from '$lib/api/problem';
import { several } from '$lib/api/talk';
import type { BulkAct, BulkOutcome } from '$lib/api/types';
import { t } from '$lib/i18n/i18n.svelte';
import { toast } from '$lib/say.svelte';
import type { Pick, Picks } from './picks.svelte';
import { gather, inTurns, opposite, type Became } from './several';

type After = (done: Pick[], act: BulkAct) => void;

/** Does it to all that are chosen; after tells what became of each piece as it comes. */
export async function carry(mine: Picks, act: BulkAct, after: After, picks: Pick[], undoing: boolean): Promise<void> {
	mine.at = 0;
	mine.of = picks.length;
	mine.stopping = false;
	mine.refused = [];
	mine.stopped = null;
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
		if (mine.stopping) break;
		try {
			const came = await ask(some);
			outcomes.push(...came);
			for (const p of some) tried.add(p.id);
			after(gather(some, came).filter((b) => b.result !== 'refused').map((b) => b.pick), act);
		} catch (error) {
			problem = asProblem(error);
			break;
		}
		mine.at += some.length;
	}
	const became = gather(picks.filter((p) => tried.has(p.id)), outcomes);
	tell(mine, act, became, outcomes, picks.length - tried.size, problem, after, undoing);
	const left = picks.filter((p) => !tried.has(p.id));
	const kept = became.filter((b) => b.result === 'refused').map((b) => b.pick);
	// What was done is chosen no longer; what was not is, so that nothing is lost.
	mine.all = undoing ? mine.all : [...kept, ...left];
}

function tell(mine: Picks, act: BulkAct, became: Became<Pick>[], outcomes: BulkOutcome[], left: number, problem: Problem | null, after: After, undoing: boolean): void {
	const count = (result: string) => became.filter((b) => b.result === result).length;
	mine.refused = became.flatMap((b) => (b.result === 'refused' ? [{ pick: b.pick, why: b.why, hint: b.hint }] : []));
	if (left > 0) mine.stopped = { act, left, problem };
	const back = opposite[act];
	const moved = outcomes.filter((o) => o.result === 'done');
	const words = [count('done') > 0 ? t(`several.${undoing ? 'undone' : act}.did`, { n: count('done') }) : t('several.nothing')];
	if (count('unchanged') > 0 && count('done') > 0) words.push(t('several.unchanged', { n: count('unchanged') }));
	if (mine.refused.length > 0) words.push(t('several.refused', { n: mine.refused.length }));
	toast(words.join(' '), {
		tone: count('done') > 0 ? 'ok' : 'plain',
		undo:
			back && moved.length > 0 && !undoing
				? () =>
						void mine.run(
							back,
							after,
							moved.map((o) => ({ id: o.message_id || o.conversation_id, message: o.message_id !== '', name: '', text: '', channel: '', network: '' })),
							true
						)
				: undefined
	});
}

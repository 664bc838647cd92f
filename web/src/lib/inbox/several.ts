// Acts on several things: in which pieces they are asked, and what became of each thing.
export type Act = 'read' | 'done' | 'reopen' | 'hide' | 'unhide' | 'hold' | 'release' | 'delete' | 'ban' | 'unban' | 'mute' | 'unmute';
type Outcome = { conversation_id: string; message_id: string; person_id: string; result: 'done' | 'unchanged' | 'refused'; detail?: string; hint?: string };
type Thing = { id: string; message: boolean };
export type Became<P> = { pick: P; result: Outcome['result']; why: string; hint: string };

/** What takes an act back, where the single one can be taken back. */
export const opposite: Partial<Record<Act, Act>> = { done: 'reopen', reopen: 'done', hide: 'unhide', unhide: 'hide', hold: 'release', release: 'hold', ban: 'unban', unban: 'ban', mute: 'unmute', unmute: 'mute' };

const quick: readonly Act[] = ['read', 'done', 'reopen', 'hide', 'unhide'];

/** Pieces in which it is asked: few where a network is asked for each while one waits, so that one sees it go on and can stop. */
export function inTurns<P>(all: readonly P[], act: Act): P[][] {
	const size = quick.includes(act) ? 25 : 3;
	return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** What became of each: refused when any of it was. What a person was is what became of all that they wrote. */
export function gather<P extends Thing>(picks: readonly P[], outcomes: readonly Outcome[]): Became<P>[] {
	return picks.map((pick) => {
		const own = outcomes.filter((o) => (pick.message ? o.message_id : o.conversation_id) === pick.id);
		const no = own.find((o) => o.result === 'refused');
		return { pick, result: no ? 'refused' : own.some((o) => o.result === 'done') ? 'done' : 'unchanged', why: no?.detail ?? '', hint: no?.hint ?? '' };
	});
}

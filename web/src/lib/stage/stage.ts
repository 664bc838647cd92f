// The stage of pretended networks, in the words of its control door.
import { body } from '$lib/api/ask';
import { rest } from '$lib/api/client';

export type Account = { id: string; name: string };
export type StageNetwork = { name: string; accounts: Account[]; /** The kinds of weather that can happen here. */ plays: string[] };
export type Mishap = {
	id: string;
	network: string;
	action: string;
	kind: string;
	probability: number;
	times: number;
	left: number;
	delay_ms?: number;
	jitter_ms?: number;
	seconds?: number;
	retry_after_s?: number;
};
export type Scene = {
	id: string;
	name: string;
	network: string;
	account: string;
	for_s: number;
	started_at: string;
	ends_at?: string;
	ended_at?: string;
	cancelled?: boolean;
	progress: number;
	phase: number;
	struck?: string;
	acts: number;
	turned_away: number;
	failed: number;
	last_error?: string;
	debrief?: Debrief;
};
export type StageClock = { now: string; speed: number; until?: string };
export type Words = { fr: string; en: string };
/** What a trainer can read about a scenario before it is started. */
export type Play = Words & { name: string; about: Words; learn: Words; phases: (Words & { at: number })[]; usual_s: number; one_network: boolean };
export type Standing = { network: string; asked: number; answered: number; harmful: number; hidden: number };
export type Debrief = {
	asked: number;
	answered: number;
	median_s: number;
	slowest_s: number;
	harmful: number;
	hidden: number;
	hidden_median_s: number;
	wronged: number;
	published: number;
	twice: number;
	missed: { network: string; person: string; text: string; private?: boolean; at: string }[];
	networks: Standing[];
};
export type StageState = { clock: StageClock; networks: StageNetwork[]; weather: Mishap[]; scenarios: Scene[]; people: number; requests: number; ledger: number };
export type Cast = { id: string; name: string; handle: string; lang: 'fr' | 'en'; mood: string; avatar_url: string };
export type StagePost = { id: string; account: string; text: string; at: string };
export type Act = { network: string; account: string; kind: string; person?: string; mood?: string; lang?: string; target?: string; text?: string };
export type Acted = { id: string; person: { id: string; name: string }; text: string; target: string };
export type Entry = { seq: number; at: string; network: string; account: string; action: string; object: string; text?: string; repeat?: boolean };

export const kinds = [
	'latency',
	'throttled',
	'server_error',
	'maintenance',
	'cut',
	'lost_answer',
	'cut_answer',
	'slow_answer',
	'error_after',
	'listed_late',
	'earlier_twin',
	'token_expired',
	'token_revoked',
	'token_reduced',
	'blocked',
	'hook_delayed',
	'hook_twice',
	'hook_reordered',
	'hook_lost',
	'hook_crowded',
	'unknown_fields',
	'clock_skew'
] as const;
export const actions = ['', 'writes', 'reads', 'publish', 'reply', 'message', 'like', 'repost', 'hide', 'delete', 'ban', 'upload', 'token', 'webhook'] as const;
export const weathers = ['fine', 'slow', 'throttled', 'stormy', 'treacherous', 'signed_out', 'outage'] as const;
export const moods = ['fan', 'curious', 'complaining', 'troll', 'spammer'] as const;

// The control door is not part of the typed contract: what it says is written down above, from its own description.
async function as<T>(answer: Promise<unknown>): Promise<T> {
	return (await body(answer as Promise<{ data?: T }>)) as T;
}
const at = (id: string) => ({ params: { path: { id } } });
const told = (body: Record<string, unknown>) => ({ body });

export const stage = {
	state: (signal?: AbortSignal) => as<StageState>(rest.GET('/api/v1/rehearsal', { signal })),
	people: async (signal?: AbortSignal) => (await as<{ items: Cast[] }>(rest.GET('/api/v1/rehearsal/people', { signal }))).items,
	posts: async (network: string, account: string, signal?: AbortSignal) =>
		(await as<{ items: StagePost[] }>(rest.GET('/api/v1/rehearsal/posts', { params: { query: { network, account } }, signal }))).items,
	talk: (act: Act) => as<Acted>(rest.POST('/api/v1/rehearsal/talk', told(act))),
	// Asked on every page, all the time: that a session has ended is noticed by what somebody does, not by this.
	now: async (signal?: AbortSignal) => {
		const answer = await fetch('/api/v1/rehearsal/clock', { signal, cache: 'no-store' });
		if (!answer.ok) throw new Error(String(answer.status));
		return (await answer.json()) as StageClock;
	},
	scenes: (signal?: AbortSignal) => as<{ items: Scene[]; past: Scene[]; known: Play[] }>(rest.GET('/api/v1/rehearsal/scenarios', { signal })),
	play: (name: string, network: string) => as<Scene>(rest.POST('/api/v1/rehearsal/scenarios', told({ name, network }))),
	stop: (id: string) => rest.DELETE('/api/v1/rehearsal/scenarios/{id}', at(id)),
	stopAll: () => rest.DELETE('/api/v1/rehearsal/scenarios', {}),
	preset: (preset: string, network: string) => rest.PUT('/api/v1/rehearsal/weather', told({ preset, network })),
	mishap: (mishap: Partial<Mishap>) => as<Mishap>(rest.POST('/api/v1/rehearsal/weather', told(mishap))),
	unmishap: (id: string) => rest.DELETE('/api/v1/rehearsal/weather/{id}', at(id)),
	clear: () => rest.DELETE('/api/v1/rehearsal/weather', {}),
	clock: (change: { speed?: number; until?: string }) => as<StageClock>(rest.POST('/api/v1/rehearsal/clock', told(change))),
	ledger: async (after: number, signal?: AbortSignal) =>
		(await as<{ items: Entry[] }>(rest.GET('/api/v1/rehearsal/ledger', { params: { query: { after: String(after) } }, signal }))).items
};

// Small spellings of the API, one per act, so that pages read as sentences. Addresses, bodies and answers are checked
// against the API's own text.
import { locale } from '$lib/i18n/i18n.svelte';
import { rest } from './client';
import { idempotencyKey } from './key';
import { noAnswer, problemFrom } from './problem';
import type { components, operations } from './schema';
import type { Media, Page, Part, Post, PostDraft, PostState, Publication, Target, ThemeName } from './types';

type S = components['schemas'];

/** Every answer that says no is thrown as a Problem on its way here, so there is always a body. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<NonNullable<T>> {
	return (await answer).data as NonNullable<T>;
}

export const one = (id: string) => ({ params: { path: { id } } });

const whole = (parts: S['Part'][]): Part[] => parts.map((part) => ({ ...part, media: part.media ?? [] }));

function asPost(from: S['Post']): Post {
	return { ...from, parts: whole(from.parts), publications: from.publications.map((p): Publication => ({ ...p, parts: whole(p.parts) })) };
}

export const session = {
	me: () => body(rest.GET('/api/v1/me', {})),
	start: (email: string, password: string) => body(rest.POST('/api/v1/session', { body: { email, password } })),
	end: () => rest.DELETE('/api/v1/session', {}),
	change: (change: { name?: string; locale?: 'fr' | 'en'; theme?: ThemeName }) => body(rest.PATCH('/api/v1/me', { body: change })),
	changePassword: (current: string, next: string) => rest.POST('/api/v1/me/password', { body: { current, new: next } }),
	forgot: (email: string) => rest.POST('/api/v1/password/forgot', { body: { email } }),
	reset: (token: string, password: string) => rest.POST('/api/v1/password/reset', { body: { token, password } }),
	invitation: (token: string, signal?: AbortSignal) => body(rest.GET('/api/v1/invitations/accept', { params: { query: { token } }, signal })),
	accept: (token: string, name: string, password: string) => body(rest.POST('/api/v1/invitations/accept', { body: { token, name, password } }))
};

export const setup = {
	state: (signal?: AbortSignal) => body(rest.GET('/api/v1/setup', { signal })),
	begin: (house: S['NewHouse']) => body(rest.POST('/api/v1/setup', { body: house }))
};

export const networks = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/networks', { signal }))
};

export const channels = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/channels', { signal })),
	connect: (network: string, settings: Record<string, string>, budget = '') => body(rest.POST('/api/v1/channels', { body: { network, settings, reading_budget: budget } })),
	check: (id: string) => body(rest.POST('/api/v1/channels/{id}/check', one(id))),
	choices: (id: string, option: string, of: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/channels/{id}/choices/{option}', { params: { path: { id, option }, query: of ? { of } : {} }, signal })),
	/** What is found by words, for an option that is searched. */
	find: (id: string, option: string, q: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/channels/{id}/choices/{option}', { params: { path: { id, option }, query: { q } }, signal })).then((page) => page.items),
	reconnect: (id: string, settings: Record<string, string>) => body(rest.POST('/api/v1/channels/{id}/reconnect', { ...one(id), body: { settings } })),
	remove: (id: string) => rest.DELETE('/api/v1/channels/{id}', one(id))
};

type PostQuery = NonNullable<operations['listPosts']['parameters']['query']>;

export const posts = {
	async list(query: PostQuery, signal?: AbortSignal): Promise<Page<Post>> {
		const page = await body(rest.GET('/api/v1/posts', { params: { query }, signal }));
		return { items: page.items.map(asPost), next: page.next };
	},
	/** Several states as one list: each is read on by its own cursor. */
	async among(states: readonly PostState[], query: Omit<PostQuery, 'state' | 'cursor'>, cursor: string, signal?: AbortSignal): Promise<Page<Post>> {
		const at = (cursor ? JSON.parse(cursor) : Object.fromEntries(states.map((s) => [s, '']))) as Record<string, string>;
		const pages = await Promise.all(
			Object.entries(at).map(async ([state, from]) => {
				const page = await posts.list({ ...query, state: state as PostQuery['state'], cursor: from || undefined }, signal);
				return { state, page };
			})
		);
		const next = Object.fromEntries(pages.filter(({ page }) => page.next !== '').map(({ state, page }) => [state, page.next]));
		return { items: pages.flatMap(({ page }) => page.items), next: Object.keys(next).length > 0 ? JSON.stringify(next) : '' };
	},
	get: async (id: string, signal?: AbortSignal) => asPost(await body(rest.GET('/api/v1/posts/{id}', { ...one(id), signal }))),
	create: async (draft: Omit<PostDraft, 'revision'>, key: string) =>
		asPost(await body(rest.POST('/api/v1/posts', { body: draft, headers: { 'Idempotency-Key': key } }))),
	save: async (id: string, draft: PostDraft) => asPost(await body(rest.PUT('/api/v1/posts/{id}', { ...one(id), body: draft }))),
	remove: (id: string) => rest.DELETE('/api/v1/posts/{id}', one(id)),
	schedule: async (id: string, due_at: string | null) => asPost(await body(rest.POST('/api/v1/posts/{id}/schedule', { ...one(id), body: { due_at } }))),
	cancel: async (id: string) => asPost(await body(rest.POST('/api/v1/posts/{id}/cancel', one(id)))),
	unschedule: async (id: string) => asPost(await body(rest.POST('/api/v1/posts/{id}/unschedule', one(id)))),
	check: (parts: Part[], targets: Target[], at: string | null, signal?: AbortSignal) =>
		body(rest.POST('/api/v1/posts/check', { body: { parts, channels: targets, due_at: at ?? undefined }, signal }))
};

export const publications = {
	resolve: async (id: string, outcome: 'published' | 'absent', url?: string) =>
		asPost(await body(rest.POST('/api/v1/publications/{id}/resolve', { ...one(id), body: { outcome, url } }))),
	retry: async (id: string) => asPost(await body(rest.POST('/api/v1/publications/{id}/retry', one(id)))),
	byHand: async (id: string) => asPost(await body(rest.POST('/api/v1/publications/{id}/by-hand', one(id)))),
	done: async (id: string, word: S['Done']) => asPost(await body(rest.POST('/api/v1/publications/{id}/done', { ...one(id), body: word }))),
	snooze: async (id: string, until: string, reason: string) =>
		asPost(await body(rest.POST('/api/v1/publications/{id}/snooze', { ...one(id), body: { until, reason: reason || undefined } }))),
	skip: async (id: string, reason: string) => asPost(await body(rest.POST('/api/v1/publications/{id}/skip', { ...one(id), body: { reason } }))),
	history: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/publications/{id}/history', { ...one(id), signal })),
	files: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/publications/{id}/files', { ...one(id), signal })),
	frame: (id: string, n: number, crop: S['Crop']) => body(rest.PUT('/api/v1/publications/{id}/files/{n}', { params: { path: { id, n } }, body: crop })),
	count: async (id: string, counts: Record<string, number>) => asPost(await body(rest.POST('/api/v1/publications/{id}/counts', { ...one(id), body: { counts } }))),
	edit: async (id: string, change: { part: number; text: string; title?: string }) => asPost(await body(rest.POST('/api/v1/publications/{id}/edit', { ...one(id), body: change }))),
	edits: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/publications/{id}/edits', { ...one(id), signal })),
	pin: async (id: string, on: boolean) => asPost(await body(rest.POST('/api/v1/publications/{id}/pin', { ...one(id), body: { on } }))),
	close: async (id: string, on: boolean) => asPost(await body(rest.POST('/api/v1/publications/{id}/close', { ...one(id), body: { on } }))),
	cover: async (id: string) => asPost(await body(rest.POST('/api/v1/publications/{id}/covers', one(id)))),
	subtitle: async (id: string) => asPost(await body(rest.POST('/api/v1/publications/{id}/subtitles', one(id)))),
	removeRemote: async (id: string) => asPost(await body(rest.DELETE('/api/v1/publications/{id}/remote', one(id))))
};

export const figures = (channel: string, days: number, signal?: AbortSignal) =>
	body(rest.GET('/api/v1/measures/accounts', { params: { query: { channel: channel || undefined, days } }, signal }));

/** What was published, each with its counts. */
export const measured = (cursor: string, signal?: AbortSignal) =>
	body(rest.GET('/api/v1/measures/posts', { params: { query: { cursor: cursor || undefined } }, signal }));

export const devices = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/devices', { signal })),
	add: (device: S['Subscription']) => body(rest.POST('/api/v1/devices', { body: device })),
	remove: (id: string) => rest.DELETE('/api/v1/devices/{id}', one(id)),
	test: () => rest.POST('/api/v1/devices/test', {})
};

export const media = {
	address: (id: string) => `/api/v1/media/${encodeURIComponent(id)}`,
	describe: (id: string, alt: string) => body(rest.PATCH('/api/v1/media/{id}', { ...one(id), body: { alt } })),
	/** Sends a file and tells how far it is, which fetch cannot do. A large one waits while there is no line, and says so. */
	send(file: File, progress: (share: number) => void, signal?: AbortSignal, waits: (on: boolean) => void = () => {}): Promise<Media> {
		if (file.size > 8 * 1024 * 1024) return import('./resume').then(({ sendInPieces }) => sendInPieces(file, { progress, waits }, signal));
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open('POST', '/api/v1/media');
			request.setRequestHeader('Idempotency-Key', idempotencyKey());
			request.setRequestHeader('Accept-Language', locale());
			request.responseType = 'json';
			request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
			request.onload = () => (request.status >= 200 && request.status < 300 ? resolve(request.response as Media) : reject(problemFrom(request.status, request.response)));
			request.onerror = () => reject(noAnswer());
			request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
			signal?.addEventListener('abort', () => request.abort());
			const form = new FormData();
			form.append('file', file, file.name || 'image');
			request.send(form);
		});
	}
};

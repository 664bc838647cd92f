// Small spellings of the API, one per act, so that pages read as sentences.
import { rest } from './client';
import { noAnswer, problemFrom } from './problem';
import { idempotencyKey } from './key';
import { locale } from '$lib/i18n/i18n.svelte';
import type { Channel, Checked, Me, Media, Network, Page, Part, Post, PostDraft, ThemeName } from './types';

type Query = Record<string, string | number | boolean | undefined>;
type Answer<T> = Promise<{ data?: T }>;

async function body<T>(answer: Answer<T>): Promise<T> {
	return (await answer).data as T;
}

const v1 = '/api/v1';

export const session = {
	me: (signal?: AbortSignal) => body<Me>(rest.GET(`${v1}/me`, { signal })),
	start: (email: string, password: string) => body<Me>(rest.POST(`${v1}/session`, { body: { email, password } })),
	end: () => body<void>(rest.DELETE(`${v1}/session`, {})),
	change: (change: { name?: string; locale?: string; theme?: ThemeName }) => body<Me>(rest.PATCH(`${v1}/me`, { body: change })),
	changePassword: (current: string, next: string) => body<void>(rest.POST(`${v1}/me/password`, { body: { current, new: next } })),
	forgot: (email: string) => body<void>(rest.POST(`${v1}/password/forgot`, { body: { email } })),
	reset: (token: string, password: string) => body<void>(rest.POST(`${v1}/password/reset`, { body: { token, password } })),
	invitation: (token: string) =>
		body<{ workspace: string; email: string; role: string }>(rest.GET(`${v1}/invitations/accept`, { params: { query: { token } } })),
	accept: (token: string, name: string, password: string) => body<Me>(rest.POST(`${v1}/invitations/accept`, { body: { token, name, password } }))
};

export const networks = {
	list: (signal?: AbortSignal) => body<Page<Network>>(rest.GET(`${v1}/networks`, { signal }))
};

export const channels = {
	list: (signal?: AbortSignal) => body<Page<Channel>>(rest.GET(`${v1}/channels`, { signal })),
	connect: (network: string, settings: Record<string, string>) => body<Channel>(rest.POST(`${v1}/channels`, { body: { network, settings } })),
	check: (id: string) => body<Channel>(rest.POST(`${v1}/channels/{id}/check`, { params: { path: { id } } })),
	reconnect: (id: string, settings: Record<string, string>) =>
		body<Channel>(rest.POST(`${v1}/channels/{id}/reconnect`, { params: { path: { id } }, body: { settings } })),
	remove: (id: string) => body<void>(rest.DELETE(`${v1}/channels/{id}`, { params: { path: { id } } }))
};

export const posts = {
	list: (query: Query, signal?: AbortSignal) => body<Page<Post>>(rest.GET(`${v1}/posts`, { params: { query }, signal })),
	get: (id: string, signal?: AbortSignal) => body<Post>(rest.GET(`${v1}/posts/{id}`, { params: { path: { id } }, signal })),
	create: (draft: Omit<PostDraft, 'revision'>, key: string) =>
		body<Post>(rest.POST(`${v1}/posts`, { body: draft, headers: { 'Idempotency-Key': key } })),
	save: (id: string, draft: PostDraft) => body<Post>(rest.PUT(`${v1}/posts/{id}`, { params: { path: { id } }, body: draft })),
	remove: (id: string) => body<void>(rest.DELETE(`${v1}/posts/{id}`, { params: { path: { id } } })),
	schedule: (id: string, due_at: string | null) => body<Post>(rest.POST(`${v1}/posts/{id}/schedule`, { params: { path: { id } }, body: { due_at } })),
	cancel: (id: string) => body<Post>(rest.POST(`${v1}/posts/{id}/cancel`, { params: { path: { id } } })),
	unschedule: (id: string) => body<Post>(rest.POST(`${v1}/posts/{id}/unschedule`, { params: { path: { id } } })),
	check: (parts: Part[], channels: { channel_id: string; parts: Part[] | null }[], signal?: AbortSignal) =>
		body<Checked>(rest.POST(`${v1}/posts/check`, { body: { parts, channels }, signal }))
};

export const publications = {
	resolve: (id: string, outcome: 'published' | 'absent', url?: string) =>
		body<Post>(rest.POST(`${v1}/publications/{id}/resolve`, { params: { path: { id } }, body: { outcome, url } })),
	retry: (id: string) => body<Post>(rest.POST(`${v1}/publications/{id}/retry`, { params: { path: { id } } })),
	removeRemote: (id: string) => body<Post>(rest.DELETE(`${v1}/publications/{id}/remote`, { params: { path: { id } } }))
};

export const media = {
	address: (id: string) => `${v1}/media/${encodeURIComponent(id)}`,
	describe: (id: string, alt: string) => body<Media>(rest.PATCH(`${v1}/media/{id}`, { params: { path: { id } }, body: { alt } })),
	/** Sends a file and tells how far it is, which fetch cannot do. */
	send(file: File, progress: (share: number) => void, signal?: AbortSignal): Promise<Media> {
		return new Promise((resolve, reject) => {
			const request = new XMLHttpRequest();
			request.open('POST', `${v1}/media`);
			request.setRequestHeader('Idempotency-Key', idempotencyKey());
			request.setRequestHeader('Accept-Language', locale());
			request.responseType = 'json';
			request.upload.onprogress = (e) => e.lengthComputable && progress(e.loaded / e.total);
			request.onload = () => (request.status < 300 ? resolve(request.response as Media) : reject(problemFrom(request.status, request.response)));
			request.onerror = () => reject(noAnswer());
			request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
			signal?.addEventListener('abort', () => request.abort());
			const form = new FormData();
			form.append('file', file, file.name || 'image');
			request.send(form);
		});
	}
};

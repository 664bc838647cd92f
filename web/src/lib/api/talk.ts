// Small spellings of what people say to us and what we do about it.
import { body, one } from './ask';
import { rest } from './client';
import type { components, operations } from './schema';
import type { MediaUse } from './types';

type ConversationQuery = NonNullable<operations['listConversations']['parameters']['query']>;
type SearchQuery = operations['search']['parameters']['query'];

export const conversations = {
	list: (query: ConversationQuery, signal?: AbortSignal) => body(rest.GET('/api/v1/conversations', { params: { query }, signal })),
	get: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/conversations/{id}', { ...one(id), signal })),
	messages: (id: string, cursor: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/conversations/{id}/messages', { params: { path: { id }, query: { cursor: cursor || undefined, limit: 100 } }, signal })),
	reply: (id: string, answer: { text: string; message_id?: string; private?: boolean; media?: MediaUse[] }, key: string) =>
		body(rest.POST('/api/v1/conversations/{id}/reply', { ...one(id), body: answer, headers: { 'Idempotency-Key': key } })),
	check: (id: string, answer: { text: string; private?: boolean; media: MediaUse[] }) => body(rest.POST('/api/v1/conversations/{id}/check', { ...one(id), body: answer })),
	template: (id: string, answer: { template: string; values: Record<string, string>; message_id?: string }, key: string) =>
		body(rest.POST('/api/v1/conversations/{id}/template', { ...one(id), body: answer, headers: { 'Idempotency-Key': key } })),
	templates: (channel: string, conversation: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/channels/{id}/templates', { params: { path: { id: channel }, query: { conversation } }, signal })),
	read: (id: string) => body(rest.POST('/api/v1/conversations/{id}/read', one(id))),
	done: (id: string) => body(rest.POST('/api/v1/conversations/{id}/done', one(id))),
	reopen: (id: string) => body(rest.POST('/api/v1/conversations/{id}/reopen', one(id))),
	claim: (id: string) => body(rest.POST('/api/v1/conversations/{id}/claim', one(id))),
	release: (id: string) => body(rest.POST('/api/v1/conversations/{id}/release', one(id))),
	search: (query: SearchQuery, signal?: AbortSignal) => body(rest.GET('/api/v1/search', { params: { query }, signal }))
};

/** One act on several; what became of each. */
export const several = (bulk: components['schemas']['Bulk'], key: string) => body(rest.POST('/api/v1/bulk', { body: bulk, headers: { 'Idempotency-Key': key } }));

export const messages = {
	hide: (id: string) => body(rest.POST('/api/v1/messages/{id}/hide', one(id))),
	unhide: (id: string) => body(rest.POST('/api/v1/messages/{id}/unhide', one(id))),
	hold: (id: string) => body(rest.POST('/api/v1/messages/{id}/hold', one(id))),
	release: (id: string) => body(rest.POST('/api/v1/messages/{id}/release', one(id))),
	pin: (id: string) => body(rest.POST('/api/v1/messages/{id}/pin', one(id))),
	unpin: (id: string) => body(rest.POST('/api/v1/messages/{id}/unpin', one(id))),
	like: (id: string) => body(rest.POST('/api/v1/messages/{id}/like', one(id))),
	unlike: (id: string) => body(rest.POST('/api/v1/messages/{id}/unlike', one(id))),
	repost: (id: string) => body(rest.POST('/api/v1/messages/{id}/repost', one(id))),
	unrepost: (id: string) => body(rest.POST('/api/v1/messages/{id}/unrepost', one(id))),
	remove: (id: string) => body(rest.POST('/api/v1/messages/{id}/delete', one(id))),
	retry: (id: string) => body(rest.POST('/api/v1/messages/{id}/retry', one(id)))
};

export const people = {
	list: (q: string, cursor: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/people', { params: { query: { q: q || undefined, cursor: cursor || undefined } }, signal })),
	get: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/people/{id}', { ...one(id), signal })),
	note: (id: string, note: string) => body(rest.PATCH('/api/v1/people/{id}', { ...one(id), body: { note } })),
	ban: (id: string, on: boolean) => body(rest.POST('/api/v1/people/{id}/ban', { ...one(id), body: { on } })),
	mute: (id: string, on: boolean) => body(rest.POST('/api/v1/people/{id}/mute', { ...one(id), body: { on } })),
	blockMessages: (id: string, on: boolean) => body(rest.POST('/api/v1/people/{id}/block-messages', { ...one(id), body: { on } }))
};

type VerdictState = NonNullable<operations['listVerdicts']['parameters']['query']>['state'];

export const rules = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/rules', { signal })),
	change: (id: string, change: { mode?: 'off' | 'shadow' | 'live'; count?: number; window_s?: number }) =>
		body(rest.PATCH('/api/v1/rules/{id}', { ...one(id), body: change })),
	verdicts: (state: VerdictState, cursor: string, signal?: AbortSignal) =>
		body(rest.GET('/api/v1/verdicts', { params: { query: { state, cursor: cursor || undefined, limit: 30 } }, signal })),
	undo: (id: string, reason: string) => body(rest.POST('/api/v1/verdicts/{id}/undo', { ...one(id), body: { reason } })),
	uphold: (id: string) => body(rest.POST('/api/v1/verdicts/{id}/uphold', one(id)))
};

export const today = (signal?: AbortSignal) => body(rest.GET('/api/v1/today', { signal }));

// Small spellings of who works here and by which rights.
import { body, one } from './ask';
import { rest } from './client';
import type { Role } from './types';

export const members = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/members', { signal })),
	change: (id: string, role: Role, channels: string[] | null) =>
		body(rest.PATCH('/api/v1/members/{id}', { ...one(id), body: { role, channels } })),
	remove: (id: string) => rest.DELETE('/api/v1/members/{id}', one(id))
};

export const invitations = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/invitations', { signal })),
	make: (email: string, role: Role, channels: string[] | null) =>
		body(rest.POST('/api/v1/invitations', { body: { email, role, channels } })),
	withdraw: (id: string) => rest.DELETE('/api/v1/invitations/{id}', one(id))
};

export const tokens = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/tokens', { signal })),
	make: (name: string, scopes: string[], days: number) => body(rest.POST('/api/v1/tokens', { body: { name, scopes, days } })),
	revoke: (id: string) => rest.DELETE('/api/v1/tokens/{id}', one(id))
};

export const workspace = {
	get: (signal?: AbortSignal) => body(rest.GET('/api/v1/workspace', { signal })),
	change: (change: { name?: string; zone?: string; locale?: 'en' | 'fr' }) => body(rest.PATCH('/api/v1/workspace', { body: change }))
};

export const audit = (cursor: string, verb: string, signal?: AbortSignal) =>
	body(rest.GET('/api/v1/audit', { params: { query: { cursor: cursor || undefined, verb: verb || undefined, limit: 50 } }, signal }));

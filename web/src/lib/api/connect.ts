// Small spellings of how accounts are connected and how they are doing.
import { body, one } from './ask';
import { rest } from './client';
import type { components } from './schema';

type S = components['schemas'];
export type NetworkApp = S['NetworkApp'];
export type Grant = S['Grant'];
export type Offer = S['Offer'];
export type ChannelHealth = S['ChannelHealth'];
export type Alert = S['Alert'];
export type Gap = S['Gap'];
export type Reading = S['Reading'];
export type Reckoned = S['Reckoned'];
export type Aside = S['Aside'];
export type QuotaUse = S['QuotaUse'];
export type Sheet = S['Sheet'];
export type Quota = S['Quota'];
export type Extension = S['Extension'];
export type Room = S['Room'];
export type Cost = S['Cost'];

export const apps = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/network-apps', { signal })),
	keep: (network: string, app: S['KeepApp']) => body(rest.PUT('/api/v1/network-apps/{id}', { ...one(network), body: app })),
	forget: (network: string) => rest.DELETE('/api/v1/network-apps/{id}', one(network))
};

export const grants = {
	begin: (network: string, settings: Record<string, string>, channel = '') => body(rest.POST('/api/v1/channels/authorize', { body: { network, settings, channel } })),
	/** A second consent for a channel. */
	extend: (channel: string) => body(rest.POST('/api/v1/channels/{id}/extend', one(channel))),
	get: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/grants/{id}', { ...one(id), signal })),
	choose: (id: string, accounts: string[], budget = '') => body(rest.POST('/api/v1/grants/{id}', { ...one(id), body: { accounts, reading_budget: budget } }))
};

export const health = (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/channels/{id}/health', { ...one(id), signal }));

export const setReadingBudget = (id: string, amount: string) => rest.PUT('/api/v1/channels/{id}/reading-budget', { ...one(id), body: { amount } });

export const gaps = {
	list: (signal?: AbortSignal) => body(rest.GET('/api/v1/gaps', { signal })),
	dismiss: (id: string) => rest.POST('/api/v1/gaps/{id}/dismiss', one(id))
};

export const asides = {
	list: (cursor: string, signal?: AbortSignal) => body(rest.GET('/api/v1/asides', { params: { query: { cursor: cursor || undefined, limit: 50 } }, signal })),
	get: (id: string, signal?: AbortSignal) => body(rest.GET('/api/v1/asides/{id}', { ...one(id), signal })),
	replay: (id: string) => rest.POST('/api/v1/asides/{id}/replay', one(id)),
	/** The next of them; with the moment that the one before gave, until nothing is left. */
	replayMore: (since?: string) => body(rest.POST('/api/v1/asides/replay', { body: { since } })),
	discard: (id: string) => rest.DELETE('/api/v1/asides/{id}', one(id))
};

export const sheets = (signal?: AbortSignal) => body(rest.GET('/api/v1/network-sheets', { signal }));

/** In a rehearsal: what to type to connect an account of a pretended network, by field. */
export const stageSettings = (network: string, signal?: AbortSignal) =>
	body(rest.GET('/api/v1/rehearsal/settings', { params: { query: { network } }, signal })).then((said) => ((said as { settings?: Record<string, string> }).settings ?? {}));

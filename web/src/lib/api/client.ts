// The one way to the server. Answers that say no become Problems; a write carries a key, so that asking again after a
// broken line is harmless; an ended session leads to sign-in and back.
import createClient, { type Middleware } from 'openapi-fetch';
import { locale } from '$lib/i18n/i18n.svelte';
import { idempotencyKey } from './key';
import { noAnswer, problemFrom } from './problem';
import type { paths } from './schema';

const safe = new Set(['GET', 'HEAD', 'OPTIONS']);
let onSessionEnd: () => void = () => {};

/** Says what happens when the server no longer knows who we are. */
export function whenSessionEnds(run: () => void): void {
	onSessionEnd = run;
}

async function ask(request: Request): Promise<Response> {
	const again = request.headers.has('Idempotency-Key') || safe.has(request.method) ? request.clone() : null;
	try {
		return await fetch(request);
	} catch (error) {
		if (request.signal.aborted) throw error;
		if (!again) throw noAnswer();
		await new Promise((wake) => setTimeout(wake, 600));
		try {
			return await fetch(again);
		} catch {
			if (request.signal.aborted) throw error;
			throw noAnswer();
		}
	}
}

const manners: Middleware = {
	onRequest({ request }) {
		request.headers.set('Accept-Language', locale());
		if (!safe.has(request.method) && !request.headers.has('Idempotency-Key')) {
			request.headers.set('Idempotency-Key', idempotencyKey());
		}
		return request;
	},
	async onResponse({ request, response }) {
		if (response.ok) return response;
		const body: unknown = await response
			.clone()
			.json()
			.catch(() => null);
		const signingIn = request.method === 'POST' && new URL(request.url).pathname.endsWith('/session');
		if (response.status === 401 && !signingIn) onSessionEnd();
		throw problemFrom(response.status, body);
	}
};

export const rest = createClient<paths>({ baseUrl: typeof location === 'undefined' ? 'http://localhost' : location.origin, fetch: ask });
rest.use(manners);

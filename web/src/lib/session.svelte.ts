// Who is signed in, and what they may do. One per browser tab; the cookie is the truth.
import { goto } from '$app/navigation';
import { session as ask } from '$lib/api/ask';
import { whenSessionEnds } from '$lib/api/client';
import { startNews, stopNews } from '$lib/api/news';
import type { Me, Verb } from '$lib/api/types';
import { asLocale, preferredLocale, setLocale } from '$lib/i18n/i18n.svelte';
import { applyTheme, asTheme } from '$lib/theme.svelte';

let current = $state.raw<Me | null>(null);

export function me(): Me {
	if (!current) throw new Error('nobody is signed in here');
	return current;
}

export function signedIn(): boolean {
	return current !== null;
}

export function can(verb: Verb): boolean {
	return current?.can.includes(verb) ?? false;
}

/** What is for all channels is refused to who is limited to some of them, whatever their role. */
export function canEverywhere(verb: Verb): boolean {
	return can(verb) && current?.channels === null;
}

/** The zone in which this workspace reads its clock. */
export function zone(): string {
	return current?.workspace.zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export async function became(next: Me): Promise<void> {
	current = next;
	applyTheme(asTheme(next.user.theme));
	await setLocale(asLocale(next.user.locale) ?? preferredLocale());
	startNews();
}

/** Asks who is signed in while `ready` (the first language) is still on its way. */
export async function recall(ready: Promise<unknown>): Promise<Me> {
	if (current) return current;
	const asked = ask.me();
	asked.catch(() => {});
	await ready;
	await became(await asked);
	return me();
}

export async function leave(): Promise<void> {
	await ask.end();
	current = null;
	stopNews();
	await goto('/sign-in', { invalidateAll: true });
}

/** Only addresses of our own are returned to after sign-in. */
export function safeReturn(next: string | null): string {
	if (!next || !/^\/(?![/\\])/.test(next) || next.startsWith('/sign-in')) return '/';
	return next;
}

export function signInAddress(from: URL): string {
	const here = from.pathname + from.search;
	return here === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(here)}`;
}

whenSessionEnds(() => {
	// Before the first answer, the page's own guard decides; later, a session that ended leads to the door and back.
	if (!current) return;
	current = null;
	stopNews();
	void goto(signInAddress(new URL(location.href)));
});


// What the networks can do, asked once for each person who signs in and for each language they read.
import { networks as ask } from '$lib/api/ask';
import type { Channel, Network } from '$lib/api/types';
import { locale } from '$lib/i18n/i18n.svelte';
import { me } from '$lib/session.svelte';

let kept = $state.raw<{ of: string; list: Network[] } | null>(null);
let under: Promise<void> | null = null;

/** Starts to ask when nobody has, and again in another language; whoever reads networkNamed() is told when the answer is there. */
export function wantNetworks(): void {
	$effect(request);
}

function request(): void {
	const of = `${me().user.id} ${locale()}`;
	if (kept?.of === of || under) return;
	under = ask
		.list()
		.then((page) => void (kept = { of, list: page.items }))
		.catch(() => {})
		.finally(() => (under = null));
}

export function networkNamed(name: string): Network | undefined {
	return kept?.list.find((n) => n.name === name);
}

export function networkLabel(name: string): string {
	return networkNamed(name)?.label ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** Whether posts go out on a network, by itself or by hand; true while nobody knows. */
export function networkPublishes(name: string): boolean {
	return networkCan(name, 'publish') || !!networkNamed(name)?.assisted;
}

/** Why a network cannot do something and what to do instead; empty when it can, or nobody knows. */
export function networkWhy(name: string, action: string): { why: string; instead: string } | null {
	const found = networkNamed(name)?.actions.find((a) => a.action === action);
	return found && !found.can ? { why: found.why ?? '', instead: found.instead ?? '' } : null;
}

/** Who alone may do something on a network, where that is not everybody; empty otherwise, or while nobody knows. */
export function networkOnly(name: string, action: string): string {
	return networkNamed(name)?.actions.find((a) => a.action === action)?.only ?? '';
}

/** Whether posts or comments can be kept at the top; false while nobody knows. */
export function networkPins(name: string, what: 'post' | 'comment'): boolean {
	return networkNamed(name)?.pins.includes(what) ?? false;
}

/** Whether a network can do something; true while nobody knows. */
export function networkCan(name: string, action: string): boolean {
	return networkNamed(name)?.actions.find((a) => a.action === action)?.can ?? true;
}

/** Why an account cannot do something and what to do: its network, its sort of account, or a right that was not given. null: it can, or nobody knows. */
export function channelWhy(channel: Channel | undefined, name: string, action: string): { why: string; instead: string } | null {
	return networkWhy(name, action) ?? channel?.cannot.find((d) => d.action === action) ?? null;
}

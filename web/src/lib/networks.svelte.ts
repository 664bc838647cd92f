// What the networks can do, asked once for each person who signs in.
import { networks as ask } from '$lib/api/ask';
import type { Network } from '$lib/api/types';
import { me } from '$lib/session.svelte';

let kept = $state.raw<{ user: string; list: Network[] } | null>(null);
let under: Promise<void> | null = null;

/** Starts to ask when nobody has; whoever reads networkNamed() is told when the answer is there. */
export function wantNetworks(): void {
	const user = me().user.id;
	if (kept?.user === user || under) return;
	under = ask
		.list()
		.then((page) => void (kept = { user, list: page.items }))
		.catch(() => {})
		.finally(() => (under = null));
}

export function networkNamed(name: string): Network | undefined {
	return kept?.list.find((n) => n.name === name);
}

export function networkLabel(name: string): string {
	return networkNamed(name)?.label ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** Whether a network can do something; true while nobody knows. */
export function networkCan(name: string, action: string): boolean {
	return networkNamed(name)?.actions.find((a) => a.action === action)?.can ?? true;
}

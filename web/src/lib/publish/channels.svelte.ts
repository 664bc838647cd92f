// The channels of the workspace, asked once and kept fresh by news; every page of publishing reads the same list.
import { channels as ask } from '$lib/api/ask';
import { loaded, type Loaded } from '$lib/load.svelte';
import { me } from '$lib/session.svelte';
import type { Channel, Page } from '$lib/api/types';

// Shown while the fresh list is under way; never to somebody else.
let kept: { user: string; list: Channel[] } | null = null;

export class Channels {
	#from: Loaded<Page<Channel>>;

	constructor(from: Loaded<Page<Channel>>) {
		this.#from = from;
	}
	get list(): Channel[] | null {
		return this.#from.data?.items ?? (kept?.user === me().user.id ? kept.list : null);
	}
	get problem() {
		return this.#from.problem;
	}
	refetch = () => this.#from.refetch();
	find = (id: string): Channel | undefined => this.list?.find((c) => c.id === id);
}

export function useChannels(): Channels {
	return new Channels(
		loaded(async (signal) => {
			const page = await ask.list(signal);
			kept = { user: me().user.id, list: page.items };
			return page;
		}, ['channels'])
	);
}

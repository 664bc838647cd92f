// What is wrong with a channel for whoever publishes there. A state that its network told before it fell silent is not its state.
import type { Channel, Post, Publication } from '$lib/api/types';

export type Ail = 'gone' | 'broken' | 'unable' | 'silent';

/** How a channel is: what it said last, unless it says nothing now. */
export const healthOf = (channel: Channel): 'ok' | 'warn' | 'broken' | 'silent' =>
	channel.health.state !== 'broken' && channel.health.silent_since ? 'silent' : channel.health.state;

/** What stands between a channel and its network, the worst first; nothing where all is well. */
export function ailOf(channel: Channel | undefined): Ail | '' {
	if (!channel) return 'gone';
	if (channel.health.state === 'broken') return 'broken';
	if (channel.cannot.some((d) => d.action === 'publish')) return 'unable';
	return channel.health.silent_since ? 'silent' : '';
}

export interface Ailing {
	publication: Publication;
	channel: Channel | undefined;
	ail: Ail;
}

/** Of a post that waits for its time, where it may not get out. What a person publishes needs no connection. */
export function ailing(post: Post, find: (id: string) => Channel | undefined, hand: (p: Publication) => boolean): Ailing[] {
	return post.publications.flatMap((publication) => {
		if (publication.state !== 'scheduled' || hand(publication)) return [];
		const channel = find(publication.channel_id);
		const ail = ailOf(channel);
		return ail ? [{ publication, channel, ail }] : [];
	});
}

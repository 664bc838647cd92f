// Who is tagged in a picture, and where: what the list and the picture share.
import type { Channel, Tag, TagLimit } from '$lib/api/types';

export type Spot = { x: number; y: number };

/** Who may be tagged on a channel, in the first of its kinds of posts that knows it; absent: nobody. */
export function limitOf(channel: Channel, film: boolean): TagLimit | undefined {
	const { limits } = channel;
	for (const { media } of [limits, ...Object.values(limits.kinds)]) {
		const found = film ? media.video.tags : media.image.tags;
		if (found) return found;
	}
	return undefined;
}

/** A name as networks address it. */
export const nameOf = (typed: string): string => typed.trim().replace(/^@/, '');

/** The tags with one more. at undefined: somewhere that is still free; null: nowhere. null: there is no such name, or it is there. */
export function added(tags: Tag[], typed: string, at: Spot | undefined | null): Tag[] | null {
	const name = nameOf(typed);
	if (name === '' || tags.some((tag) => tag.name.toLowerCase() === name.toLowerCase())) return null;
	if (at === null) return [...tags, { name }];
	// One below the other, so that each can be taken hold of.
	return [...tags, { name, at: at ?? { x: 0.5, y: round(0.2 + (tags.length % 7) * 0.1) } }];
}

const round = (share: number) => Math.round(share * 1000) / 1000;
const within = (share: number) => Math.min(1, Math.max(0, round(share)));

/** A place moved by shares of the picture, and still on it. */
export const moved = (at: Spot, x: number, y: number): Spot => ({ x: within(at.x + x), y: within(at.y + y) });

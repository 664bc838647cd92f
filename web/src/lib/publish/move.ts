// A post that waits as a whole can be given another moment, with the way back.
import { posts } from '$lib/api/ask';
import type { Post } from '$lib/api/types';
import { locale, t } from '$lib/i18n/i18n.svelte';
import { toast } from '$lib/say.svelte';
import { can, zone } from '$lib/session.svelte';
import { houseNow } from '$lib/time/now.svelte';
import { relative } from '$lib/time/say';
import { instantOf, timeText, wallFrom, wallOf } from '$lib/time/zone';

export const movable = (post: Post): boolean => post.due_at !== null && can('schedule') && post.publications.length > 0 && post.publications.every((p) => p.state === 'scheduled');

/** The same time of the workspace's clock on another day. */
export function sameTime(due: string, day: string): Date {
	return instantOf(wallFrom(day, timeText(wallOf(new Date(due), zone())))!, zone()).at;
}

export async function moveTo(post: Post, at: Date, done: (next: Post) => void, failed: (error: unknown) => void): Promise<void> {
	const before = post.due_at;
	done(await posts.schedule(post.id, at.toISOString()));
	toast(t('move.done', { when: relative(at, new Date(houseNow()), locale(), zone()) }), {
		tone: 'ok',
		undo: () => void posts.schedule(post.id, before).then(done, failed)
	});
}

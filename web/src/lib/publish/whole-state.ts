// What is true of a post as a whole: out on all of its accounts, or on some of them and cancelled or deleted on the others.
// What still waits for somebody comes before that: a post that failed on one account has failed, and is out on the others.
import type { StateName } from '$kit/State.svelte';
import type { Post } from '$lib/api/types';

export type Whole = { state: StateName; /** On how many of how many it is out, where that is not all. */ some?: { n: number; of: number } };

export function wholeOf(post: Pick<Post, 'state'> & { publications: readonly { state: string }[] }): Whole {
	const state = post.state as StateName;
	const of = post.publications.length;
	const n = post.publications.filter((p) => p.state === 'published').length;
	const some = n > 0 && n < of ? { n, of } : undefined;
	if (state !== 'published' || n === of) return { state, some };
	if (some) return { state: 'partly', some };
	return { state: post.publications.some((p) => p.state === 'deleted') ? 'deleted' : 'cancelled' };
}

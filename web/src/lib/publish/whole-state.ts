// What is true of a post as a whole: out on all of its accounts, or on some of them and cancelled or deleted on the others.
import type { StateName } from '$kit/State.svelte';
import type { Post } from '$lib/api/types';

export type Whole = { state: StateName; /** On how many of how many it is out, where that is not all. */ some?: { n: number; of: number } };

export function wholeOf(post: Pick<Post, 'state'> & { publications: readonly { state: string }[] }): Whole {
	const state = post.state as StateName;
	const of = post.publications.length;
	if (state !== 'published' || of === 0) return { state };
	const n = post.publications.filter((p) => p.state === 'published').length;
	if (n === of) return { state };
	if (n > 0) return { state: 'partly', some: { n, of } };
	return { state: post.publications.some((p) => p.state === 'deleted') ? 'deleted' : 'cancelled' };
}

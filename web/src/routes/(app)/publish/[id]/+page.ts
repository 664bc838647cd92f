import { draftAt } from '$lib/publish/draft.svelte';

export function load({ params }) {
	return { draft: draftAt(params.id === 'new' ? '' : params.id) };
}

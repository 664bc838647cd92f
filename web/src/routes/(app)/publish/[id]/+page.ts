import { composer } from '$lib/publish/composer';
import { draftAt } from '$lib/publish/draft.svelte';

export async function load({ params }) {
	const fresh = params.id === 'new';
	return { draft: draftAt(fresh ? '' : params.id), Composer: fresh ? await composer() : null };
}

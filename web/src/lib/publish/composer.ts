import { openPart } from '$lib/i18n/i18n.svelte';

export async function composer() {
	const [it] = await Promise.all([import('./Composer.svelte'), openPart('compose', 'quota')]);
	return it.default;
}

export async function postView() {
	const [it] = await Promise.all([import('./PostView.svelte'), openPart('post', 'figures')]);
	return it.default;
}

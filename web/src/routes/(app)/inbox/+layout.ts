import { openPart } from '$lib/i18n/i18n.svelte';

export async function load({ parent }) {
	await parent(); // whose language it is, is known then
	await openPart('several');
}

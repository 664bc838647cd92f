import { preferredLocale, setLocale } from '$lib/i18n/i18n.svelte';
import { recallTheme } from '$lib/theme.svelte';

export const ssr = false;
export const prerender = false;

export async function load() {
	recallTheme();
	await setLocale(preferredLocale());
}

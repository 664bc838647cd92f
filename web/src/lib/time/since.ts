// A moment as people say it after “since” or “due”: 14:05 today, with its day otherwise.
import { locale } from '$lib/i18n/i18n.svelte';
import { zone } from '$lib/session.svelte';
import { houseNow } from './now.svelte';
import { clock, dayName, daysBetween } from './say';

export function sinceWhen(at: string): string {
	const then = new Date(at);
	const now = new Date(houseNow());
	const hour = clock(then, locale(), zone());
	return daysBetween(now, then, zone()) === 0 ? hour : `${dayName(then, now, locale(), zone())} ${hour}`;
}

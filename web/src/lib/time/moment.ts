// Days and moments inside a sentence.
import { locale } from '$lib/i18n/i18n.svelte';
import { zone } from '$lib/session.svelte';
import { ordinal } from './first';

export function dayOf(day: string): string {
	const at = new Date(`${day}T12:00:00Z`);
	if (Number.isNaN(at.getTime())) return day;
	return ordinal(new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { dateStyle: 'long', timeZone: 'UTC' }).format(at), locale());
}

/** A moment in the middle of a sentence: 26 November at 14:02. */
export function moment(at: string): string {
	return ordinal(new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone() }).format(new Date(at)), locale());
}

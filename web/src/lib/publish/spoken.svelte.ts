// Languages by their names, and when subtitles have changed.
import { locale } from '$lib/i18n/i18n.svelte';

/** Grows whenever subtitles of a video change: what networks say of a post may be another thing then. */
export const spoken = $state({ changes: 0 });

export function languageName(tag: string): string {
	try {
		const name = new Intl.DisplayNames([locale()], { type: 'language' }).of(tag) ?? tag;
		return name.charAt(0).toLocaleUpperCase(locale()) + name.slice(1);
	} catch {
		return tag; // no tag at all
	}
}

export const languageList = (tags: string[]) => new Intl.ListFormat(locale()).format(tags.map(languageName));

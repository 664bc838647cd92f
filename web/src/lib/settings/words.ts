// Sentences about quotas, in the reader's language.
import type { Quota, QuotaUse } from '$lib/api/connect';
import { known, locale, t } from '$lib/i18n/i18n.svelte';
import { windowSpan } from '$lib/time/span';

const whatOf = (name: string): string => {
	const key = `quota.what.${name}`;
	return known(key) ? t(key) : t('quota.what.other');
};

/** How much of a quota is used: 3 of 100 posts in 1 day. */
export function used(q: QuotaUse): string {
	const params = { used: q.used, max: q.max, what: whatOf(q.name) };
	if (q.name === 'load') return t('quota.load', params);
	if (q.max === 0) return t('quota.unknown', params);
	if (q.daily) return t('quota.day', params);
	if (q.window_s) return t('quota.span', { ...params, span: windowSpan(q.window_s, locale()) });
	return t('quota.plain', params);
}

/** With whom a quota is shared; nothing where it is the account's own. */
export function shared(per: string | undefined): string {
	return per === 'app' ? t('quota.app') : per === 'portfolio' ? t('quota.portfolio') : '';
}

/** What a network lets one do in a while. */
export function allowed(q: Quota): string {
	const params = { max: q.max, what: whatOf(q.name) };
	if (q.max === 0) return t('quota.unknownOf', params);
	if (q.daily) return t('quota.dayOf', { ...params, zone: q.daily });
	return t('quota.spanOf', { ...params, span: windowSpan(q.window_s, locale()) });
}

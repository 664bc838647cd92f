// Sentences about quotas, prices and alerts, in the reader's language.
import type { Alert, Cost, Quota, QuotaUse } from '$lib/api/connect';
import { known, locale, t } from '$lib/i18n/i18n.svelte';
import { zone } from '$lib/session.svelte';
import { absolute } from '$lib/time/say';
import { sinceWhen } from '$lib/time/since';
import { windowSpan } from '$lib/time/span';
import { ordinal } from '$lib/time/first';

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

export function money(amount: string, currency: string): string {
	const places = Math.max(2, amount.split('.')[1]?.length ?? 0);
	return new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'code', minimumFractionDigits: 2, maximumFractionDigits: places }).format(Number(amount));
}

export const cost = (c: Cost): string => t(c.link ? 'price.link' : 'price.about', { price: money(c.amount, c.currency) });

export function dayOf(day: string): string {
	const at = new Date(`${day}T12:00:00Z`);
	if (Number.isNaN(at.getTime())) return day;
	return ordinal(new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { dateStyle: 'long', timeZone: 'UTC' }).format(at), locale());
}

/** A moment in the middle of a sentence: 26 November at 14:02. */
export function moment(at: string): string {
	return ordinal(new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone() }).format(new Date(at)), locale());
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What an alert says, and what more there is to it. */
export function alertWords(a: Pick<Alert, 'key' | 'params'>): { title: string; more: string } {
	const p = a.params;
	switch (a.key) {
		case 'keys_expire':
			return { title: t('alert.keys_expire', { when: absolute(new Date(text(p.at)), locale(), zone()) }), more: t('alert.keys_expire.text') };
		case 'calls_kept':
			return { title: t('alert.calls_kept'), more: t('alert.calls_kept.text', { used: Number(p.used), max: Number(p.max) }) };
		case 'silent':
			return { title: t('alert.silent', { since: sinceWhen(text(p.since)) }), more: t('alert.silent.text') };
		case 'gap': {
			const from = moment(text(p.from));
			return { title: t('alert.gap'), more: text(p.to) ? t('alert.gap.between', { from, to: moment(text(p.to)) }) : t('alert.gap.since', { from }) };
		}
		case 'no_address':
			return { title: t('alert.no_address'), more: t('alert.no_address.text', { from: moment(text(p.from)) }) };
		case 'not_told':
			return { title: t('alert.not_told'), more: [text(p.text), text(p.fix), t('alert.not_told.text', { from: moment(text(p.from)) })].filter(Boolean).join(' ') };
		case 'not_signed':
			return { title: t('alert.not_signed'), more: t('alert.not_signed.text', { at: moment(text(p.at)) }) };
		case 'reading_paused': {
			const params = { resumes: moment(text(p.resumes)), amount: money(text(p.amount), text(p.currency)) };
			return { title: t('alert.reading_paused'), more: text(p.since) ? t('alert.reading_paused.text', { ...params, since: moment(text(p.since)) }) : t('alert.reading_paused.never', params) };
		}
		case 'set_aside':
			return { title: t('alert.set_aside', { n: Number(p.n) }), more: t('alert.set_aside.text') };
		case 'account_warned':
		case 'account_barred':
		case 'template_warned':
		case 'template_barred': {
			const until = text(p.ends) ? t('alert.until', { until: moment(text(p.ends)) }) : '';
			return { title: t(`alert.${a.key}`, { template: text(p.template) }), more: [text(p.text), until, text(p.fix)].filter(Boolean).join(' ') };
		}
		case 'version_expires':
		case 'version_expired':
			return { title: t(`alert.${a.key}`, { day: dayOf(text(p.day)) }), more: t('alert.version.text', { version: text(p.version) }) };
		default:
			return { title: known(`alert.${a.key}`) ? t(`alert.${a.key}`) : a.key, more: [text(p.text), text(p.fix)].filter(Boolean).join(' ') };
	}
}

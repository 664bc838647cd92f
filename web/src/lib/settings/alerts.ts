// Sentences of alerts, in the reader's language.
import type { Alert } from '$lib/api/connect';
import { known, locale, t } from '$lib/i18n/i18n.svelte';
import { zone } from '$lib/session.svelte';
import { dayOf, moment } from '$lib/time/moment';
import { absolute } from '$lib/time/say';
import { sinceWhen } from '$lib/time/since';
import { money } from './price';

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

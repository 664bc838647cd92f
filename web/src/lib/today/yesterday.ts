// Yesterday in one sentence: what went out, who spoke, who was answered.
import type { Today } from '$lib/api/types';
import { locale, t } from '$lib/i18n/i18n.svelte';

const number = (value: unknown) => (typeof value === 'number' ? value : 0);

export function yesterday(y: Today['yesterday']): string {
	if (y.sentence_key === 'yesterday_quiet') return t('yesterday.quiet');
	const said: string[] = [];
	const published = number(y.params.published);
	const answered = number(y.params.answered);
	if (published > 0) said.push(t('yesterday.published', { n: published }));
	for (const kind of ['comment', 'message', 'mention', 'reaction', 'follow'] as const) {
		const n = y.counts[kind] ?? 0;
		if (n > 0) said.push(t(`yesterday.${kind}`, { n }));
	}
	if (answered > 0) said.push(t('yesterday.answered', { n: answered }));
	if (said.length === 0) return t('yesterday.quiet');
	return t('yesterday.sentence', { list: new Intl.ListFormat(locale(), { type: 'conjunction' }).format(said) });
}

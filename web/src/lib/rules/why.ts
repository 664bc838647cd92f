// Why a rule spoke, as a sentence in the reader's language.
import type { Reason } from '$lib/api/types';
import { known, locale, t, type Key } from '$lib/i18n/i18n.svelte';
import { windowSpan } from '$lib/time/span';

const number = (value: unknown) => (typeof value === 'number' ? value : 0);

export function why(reason: Reason): string {
	const key = `reason.${reason.key}`;
	if (!known(key)) return t('reason.other');
	return t(key as Key, { n: number(reason.params.n), count: number(reason.params.count), window: windowSpan(number(reason.params.window_s), locale()) });
}

// What something costs, in the reader's language.
import type { Cost } from '$lib/api/connect';
import { locale, t } from '$lib/i18n/i18n.svelte';

export function money(amount: string, currency: string): string {
	const places = Math.max(2, amount.split('.')[1]?.length ?? 0);
	return new Intl.NumberFormat(locale(), { style: 'currency', currency, currencyDisplay: 'code', minimumFractionDigits: 2, maximumFractionDigits: places }).format(Number(amount));
}

export const cost = (c: Cost): string => t(c.link ? 'price.link' : 'price.about', { price: money(c.amount, c.currency) });

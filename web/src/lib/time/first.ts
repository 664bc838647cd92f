// In French the first of a month is an ordinal, “1er octobre”; what the browser makes of dates leaves that out.
const first = /(^|[^\d.,])1(?=[\s\u00a0\u202f](?:janv|févr|mars|avr|mai|juin|juil|août|sept|oct|nov|déc))/gu;

export function ordinal(date: string, locale: string): string {
	return locale.startsWith('fr') ? date.replace(first, '$11er') : date;
}

// How long something takes or has waited, in its one largest unit.
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export function span(ms: number, locale: string, display: 'short' | 'long' = 'short'): string {
	const [n, unit] =
		ms < minute
			? ([Math.max(0, Math.round(ms / 1000)), 'second'] as const)
			: ms < hour
				? ([Math.floor(ms / minute), 'minute'] as const)
				: ms < 2 * day
					? ([Math.floor(ms / hour), 'hour'] as const)
					: ([Math.floor(ms / day), 'day'] as const);
	return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: display }).format(n);
}

/** What is left, in its two largest units: 3 h 12 min, 2 days 5 h. Under a minute is one. */
export function left(ms: number, locale: string): string {
	const said = (n: number, unit: 'minute' | 'hour' | 'day') => new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: unit === 'day' ? 'long' : 'short' }).format(n);
	const minutes = Math.max(1, Math.floor(ms / minute));
	const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
	const parts = days > 0 ? [said(days, 'day'), hours > 0 && said(hours, 'hour')] : hours > 0 ? [said(hours, 'hour'), rest > 0 && said(rest, 'minute')] : [said(rest, 'minute')];
	return parts.filter(Boolean).join(' ');
}

/** A window of seconds as a person says it: 90 s, 5 minutes, an hour. */
export function windowSpan(seconds: number, locale: string): string {
	const [n, unit] =
		seconds % 86_400 === 0
			? ([seconds / 86_400, 'day'] as const)
			: seconds % 3600 === 0
				? ([seconds / 3600, 'hour'] as const)
				: seconds % 60 === 0
					? ([seconds / 60, 'minute'] as const)
					: ([seconds, 'second'] as const);
	return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(n);
}

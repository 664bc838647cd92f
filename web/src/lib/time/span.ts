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

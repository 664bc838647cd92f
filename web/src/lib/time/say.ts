// How a moment is said: relative while it is near, by name of day a little further, by date beyond.
import { ordinal } from './first';
import { dayKey } from './zone';

/** English dates are written day first, as in the rest of Europe. */
const spoken = (locale: string) => (locale === 'en' ? 'en-GB' : locale);

/** What has just happened: “now” would be said of what is happening (“the network called us now”). */
const justNow: Record<string, string> = { en: 'just now', fr: 'à l’instant' };

const cache = new Map<string, Intl.DateTimeFormat | Intl.RelativeTimeFormat>();

function dates(locale: string, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
	const key = `${locale}|${zone}|${JSON.stringify(options)}`;
	let found = cache.get(key) as Intl.DateTimeFormat | undefined;
	if (!found) cache.set(key, (found = new Intl.DateTimeFormat(spoken(locale), { ...options, timeZone: zone })));
	return found;
}

function spans(locale: string): Intl.RelativeTimeFormat {
	let found = cache.get(locale) as Intl.RelativeTimeFormat | undefined;
	if (!found) cache.set(locale, (found = new Intl.RelativeTimeFormat(spoken(locale), { numeric: 'auto', style: 'short' })));
	return found;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export function clock(at: Date, locale: string, zone: string): string {
	return dates(locale, zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);
}

export function absolute(at: Date, locale: string, zone: string): string {
	const said = dates(locale, zone, {
		weekday: 'long',
		day: 'numeric',
		month: 'long',
		year: 'numeric',
		hour: '2-digit',
		minute: '2-digit',
		timeZoneName: 'short',
		hourCycle: 'h23'
	}).format(at);
	return ordinal(said, locale);
}

export function relative(at: Date, now: Date, locale: string, zone: string): string {
	const gap = at.getTime() - now.getTime();
	const size = Math.abs(gap);
	if (size < 45_000 && gap <= 0) return justNow[locale] ?? spans(locale).format(0, 'second');
	if (size < 45_000) return spans(locale).format(0, 'second');
	if (size < 50 * minute) return spans(locale).format(Math.round(gap / minute) || Math.sign(gap), 'minute');
	if (size < 8 * hour) return spans(locale).format(Math.round(gap / hour) || Math.sign(gap), 'hour');
	return `${dayName(at, now, locale, zone)} ${clock(at, locale, zone)}`;
}

/** Today, tomorrow, a weekday within the week, else a date; the year only when it is another one. */
export function dayName(at: Date, now: Date, locale: string, zone: string, long = false): string {
	const away = daysBetween(now, at, zone);
	if (Math.abs(away) <= 1) {
		const name = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(away, 'day');
		return long ? name.charAt(0).toLocaleUpperCase(locale) + name.slice(1) : name;
	}
	const sameYear = dayKey(at, zone).slice(0, 4) === dayKey(now, zone).slice(0, 4);
	if (!long) {
		if (away > 0 && away < 7) return dates(locale, zone, { weekday: 'short' }).format(at);
		return ordinal(dates(locale, zone, sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }).format(at), locale);
	}
	const name = ordinal(dates(locale, zone, { weekday: 'long', day: 'numeric', month: 'long', ...(sameYear ? {} : { year: 'numeric' }) }).format(at), locale);
	return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

export function daysBetween(from: Date, to: Date, zone: string): number {
	return Math.round((Date.parse(dayKey(to, zone)) - Date.parse(dayKey(from, zone))) / day);
}

/** When the relative form of this moment changes next, so that a screen renews it no more often than needed. */
export function renewIn(at: Date, now: Date): number {
	const size = Math.abs(at.getTime() - now.getTime());
	if (size < hour) return 15_000;
	if (size < 8 * hour) return 5 * minute;
	return hour;
}

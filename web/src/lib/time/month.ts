// Days as words (“2026-11-27”) and the sheet of a month: no instants, so no zone and no clock change can shift them.
import { ordinal } from './first';

const two = (n: number) => String(n).padStart(2, '0');
const utc = (day: string) => Date.parse(`${day}T00:00:00Z`);
const word = (at: number) => new Date(at).toISOString().slice(0, 10);
const day = 86_400_000;

export function addDays(from: string, n: number): string {
	return word(utc(from) + n * day);
}

/** The same day of another month, or its last one. */
export function addMonths(from: string, n: number): string {
	const [y = 0, m = 1, d = 1] = from.split('-').map(Number);
	const first = new Date(Date.UTC(y, m - 1 + n, 1));
	const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
	return `${String(first.getUTCFullYear()).padStart(4, '0')}-${two(first.getUTCMonth() + 1)}-${two(Math.min(d, last))}`;
}

/** 0 is Monday. */
export function weekday(of: string): number {
	return (new Date(utc(of)).getUTCDay() + 6) % 7;
}

export const weekStart = (of: string) => addDays(of, -weekday(of));

/** The weeks that show a month, each from Monday to Sunday, with the days of its neighbours that fill them. */
export function sheet(of: string): string[][] {
	const first = `${of.slice(0, 7)}-01`;
	const weeks: string[][] = [];
	for (let at = weekStart(first); at.slice(0, 7) <= of.slice(0, 7); at = addDays(at, 7)) weeks.push([0, 1, 2, 3, 4, 5, 6].map((n) => addDays(at, n)));
	return weeks;
}

/** A day said in a language; the moment is in UTC, so that it is this day everywhere. */
export function said(of: string, locale: string, options: Intl.DateTimeFormatOptions): string {
	return ordinal(new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { ...options, timeZone: 'UTC' }).format(utc(of)), locale);
}

/** What people write for a time: “9”, “930”, “9:30”, “9h30”, “21 h”, “9.30 pm”. */
export function clockOf(text: string): string | null {
	const m = /^\s*(\d{1,2})(?:\s*[:.h]\s*(\d{2})?|(\d{2}))?\s*(am|pm)?\s*$/i.exec(text.replace(/[\u202f\u00a0]/g, ' '));
	if (!m) return null;
	let hour = Number(m[1]);
	const minute = Number(m[2] ?? m[3] ?? 0);
	const half = m[4]?.toLowerCase();
	if (half && (hour < 1 || hour > 12)) return null;
	if (half) hour = (hour % 12) + (half === 'pm' ? 12 : 0);
	return hour < 24 && minute < 60 ? `${two(hour)}:${two(minute)}` : null;
}

// How the stage's time and its lengths are said.
import type { Key } from '$lib/i18n/i18n.svelte';
import { ordinal } from '$lib/time/first';

const spoken = (locale: string) => (locale === 'en' ? 'en-GB' : locale);
const forms = {
	day: { weekday: 'short', day: 'numeric' },
	clock: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
	long: { weekday: 'long', day: 'numeric', month: 'long', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export function stageTime(at: number, locale: string, zone: string, form: keyof typeof forms): string {
	return ordinal(new Intl.DateTimeFormat(spoken(locale), { ...forms[form], timeZone: zone }).format(at), locale);
}

type Say = (key: Key, holes?: Record<string, string | number>) => string;

/** How fast time passes: as a sign, or in words. */
export function pace(speed: number, t: Say, short = false): string {
	if (speed === 0) return t('stage.still');
	if (short) return `${speed}×`;
	return speed === 1 ? t('stage.real') : t('stage.speed', { n: speed });
}

/** How long something took, in its one or two largest units. */
export function took(seconds: number, locale: string): string {
	const part = (n: number, unit: string) => new Intl.NumberFormat(spoken(locale), { style: 'unit', unit, unitDisplay: 'short' }).format(n);
	const minutes = Math.round(seconds / 60);
	if (seconds < 90) return part(Math.round(seconds), 'second');
	if (minutes < 60) return part(minutes, 'minute');
	const hours = Math.floor(minutes / 60);
	if (hours >= 48) return part(Math.round(hours / 24), 'day');
	return minutes % 60 === 0 || hours >= 10 ? part(Math.round(minutes / 60), 'hour') : `${part(hours, 'hour')} ${part(minutes % 60, 'minute')}`;
}

/** Tomorrow at eight, or the next Monday at eight, by the wall clock of a zone: the morning that a rehearsal hurries to. */
export function morning(now: number, zone: string, monday = false): Date {
	const parts = (at: number) => {
		const p = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(at);
		const of = (type: string) => p.find((x) => x.type === type)?.value ?? '';
		return { day: of('weekday'), hour: Number(of('hour')), minute: Number(of('minute')) };
	};
	const quarter = 15 * 60_000;
	let at = Math.ceil((now + 1) / quarter) * quarter;
	// A week has at most 672 quarters of an hour: looking is simpler than reckoning around the changes of the clock.
	for (let i = 0; i < 800; i++, at += quarter) {
		const p = parts(at);
		if (p.hour === 8 && p.minute === 0 && (!monday || p.day === 'Mon')) return new Date(at);
	}
	return new Date(now + 86_400_000);
}

// Wall time in the workspace's zone, from and to instants, without a library: the browser knows every zone.

export type Wall = { year: number; month: number; day: number; hour: number; minute: number };

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
	let found = formats.get(zone);
	if (!found) {
		found = new Intl.DateTimeFormat('en-CA', {
			timeZone: zone,
			hourCycle: 'h23',
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit'
		});
		formats.set(zone, found);
	}
	return found;
}

export function wallOf(at: Date, zone: string): Wall {
	const part: Record<string, number> = {};
	for (const p of format(zone).formatToParts(at)) part[p.type] = Number(p.value);
	return { year: part.year!, month: part.month!, day: part.day!, hour: part.hour!, minute: part.minute! };
}

const asUTC = (w: Wall) => Date.UTC(w.year, w.month - 1, w.day, w.hour, w.minute);

function offset(at: number, zone: string): number {
	const minute = Math.floor(at / 60_000) * 60_000;
	return asUTC(wallOf(new Date(minute), zone)) - minute;
}

export type Instant = { at: Date; note: 'exact' | 'skipped' | 'twice' };

/**
 * The instant at which clocks in the zone show this wall time. In the hour that is skipped in spring it is the moment
 * as long after the jump; of the hour that comes twice in autumn it is the first.
 */
export function instantOf(wall: Wall, zone: string): Instant {
	const guess = asUTC(wall);
	const day = 24 * 3600_000;
	const candidates = [...new Set([offset(guess - day, zone), offset(guess + day, zone)])]
		.map((shift) => guess - shift)
		.filter((at) => asUTC(wallOf(new Date(at), zone)) === guess)
		.sort((a, b) => a - b);
	if (candidates.length === 0) return { at: new Date(guess - offset(guess - day, zone)), note: 'skipped' };
	return { at: new Date(candidates[0]!), note: candidates.length > 1 ? 'twice' : 'exact' };
}

const two = (n: number) => String(n).padStart(2, '0');

export function dateText(wall: Wall): string {
	return `${String(wall.year).padStart(4, '0')}-${two(wall.month)}-${two(wall.day)}`;
}

export function timeText(wall: Wall): string {
	return `${two(wall.hour)}:${two(wall.minute)}`;
}

/** Reads what date and time inputs hold: "2026-11-23" and "14:05". */
export function wallFrom(date: string, time: string): Wall | null {
	const d = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date);
	const c = /^(\d\d):(\d\d)/.exec(time);
	if (!d || !c) return null;
	return { year: +d[1]!, month: +d[2]!, day: +d[3]!, hour: +c[1]!, minute: +c[2]! };
}

/** A day as a sortable word, in the zone. */
export function dayKey(at: Date, zone: string): string {
	return dateText(wallOf(at, zone));
}

/** Every zone to choose from, these first. */
export function zones(...first: string[]): { value: string; label: string }[] {
	return [...new Set([...first, 'UTC', ...Intl.supportedValuesOf('timeZone')])].map((z) => ({ value: z, label: z.replaceAll('_', ' ') }));
}

export function isZone(zone: string): boolean {
	try {
		new Intl.DateTimeFormat('en', { timeZone: zone });
		return true;
	} catch {
		return false;
	}
}

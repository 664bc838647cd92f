// What files an answer may carry, in a few words.
import type { Limits } from '$lib/api/types';

export type Takes = NonNullable<Limits['reply_media']>;

/** What an answer carries here; null where it carries none. */
export function takesOf(limits: Limits | undefined, secret: boolean, direct: boolean): Takes | null {
	const takes = secret ? limits?.message_media : limits?.reply_media;
	return takes && takes.max_items > 0 && (direct || !takes.direct) ? takes : null;
}

/** How many files one answer may bring, be it in several messages. */
export const mostOf = (takes: Takes) => Math.max(takes.max_items, takes.several ?? 0);

export const accepts = (takes: Takes) => takes.types.map((x) => x.type).join(',');

const names: Record<string, string> = { 'image/jpeg': 'JPEG', 'audio/mpeg': 'MP3', 'audio/mp4': 'M4A', 'video/quicktime': 'MOV', 'video/3gpp': '3GP' };
const endings: [string, string][] = [
	['wordprocessingml', 'Word'],
	['spreadsheetml', 'Excel'],
	['presentationml', 'PowerPoint']
];

const call = (type: string) => names[type] ?? endings.find(([part]) => type.includes(part))?.[1] ?? (type.split('/')[1] ?? type).toUpperCase();

/** What people call the types, each once, those together that may weigh the same: JPEG, PNG and 5 MB; 0 where nobody knows. */
export function called(takes: Takes): { what: string; max: number }[] {
	const by = new Map<number, Set<string>>();
	for (const { type, max_bytes: max = 0 } of takes.types) by.set(max, (by.get(max) ?? new Set()).add(call(type)));
	return [...by].map(([max, all]) => ({ what: [...all].join(', '), max }));
}

export const sizeOf = (bytes: number) => Math.round(bytes / (bytes < 1_000_000 ? 1_000 : 100_000)) / (bytes < 1_000_000 ? 1_000 : 10);

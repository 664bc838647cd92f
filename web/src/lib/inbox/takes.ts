// What files an answer may carry, in a few words.
import type { Limits } from '$lib/api/types';

export type Takes = NonNullable<Limits['reply_media']>;

/** What an answer carries here; null where it carries none. */
export function takesOf(limits: Limits | undefined, secret: boolean, direct: boolean): Takes | null {
	const takes = secret ? limits?.message_media : limits?.reply_media;
	return takes && takes.max_items > 0 && (direct || !takes.direct) ? takes : null;
}

export const accepts = (takes: Takes) => takes.types.map((x) => x.type).join(',');

const names: Record<string, string> = { 'image/jpeg': 'JPEG', 'audio/mpeg': 'MP3', 'audio/mp4': 'M4A', 'video/quicktime': 'MOV', 'video/3gpp': '3GP' };
const endings: [string, string][] = [
	['wordprocessingml', 'Word'],
	['spreadsheetml', 'Excel'],
	['presentationml', 'PowerPoint']
];

/** JPEG, PNG, MP4 …: what people call the types, each once. */
export function called(takes: Takes): string[] {
	return [...new Set(takes.types.map(({ type }) => names[type] ?? endings.find(([part]) => type.includes(part))?.[1] ?? (type.split('/')[1] ?? type).toUpperCase()))];
}

/** The most that any of them may weigh, 0 where nobody knows. */
export const largest = (takes: Takes) => Math.max(0, ...takes.types.map((x) => x.max_bytes ?? 0));

export const sizeOf = (bytes: number) => Math.round(bytes / (bytes < 1_000_000 ? 1_000 : 100_000)) / (bytes < 1_000_000 ? 1_000 : 10);

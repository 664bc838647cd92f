// What accounts cannot do though their networks can, said where one would do it.
import type { Channel } from '$lib/api/types';

export type Reason = { why: string; instead: string };

/** Why none of these accounts can do something, as the first of them says; null: one of them can, or there is none. */
export function noneCan(channels: Channel[], action: string): Reason | null {
	const no = channels.map((c) => c.cannot.find((d) => d.action === action));
	return no.length > 0 && no.every((d) => d !== undefined) ? no[0]! : null;
}

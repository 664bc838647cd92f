// A conversation as it is read: in order of time, each answer under what it answers.
type Said = { id: string; parent_id: string; at: string };
export type Branch<M> = { message: M; depth: number };

const byTime = (a: Said, b: Said) => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);

export function branches<M extends Said>(messages: readonly M[]): Branch<M>[] {
	const known = new Set(messages.map((m) => m.id));
	const under = new Map<string, M[]>();
	for (const m of messages.toSorted(byTime)) {
		const parent = known.has(m.parent_id) && m.parent_id !== m.id ? m.parent_id : '';
		under.set(parent, [...(under.get(parent) ?? []), m]);
	}
	const out: Branch<M>[] = [];
	const seen = new Set<string>();
	const walk = (parent: string, depth: number) => {
		for (const message of under.get(parent) ?? []) {
			if (seen.has(message.id)) continue;
			seen.add(message.id);
			out.push({ message, depth });
			walk(message.id, depth + 1);
		}
	};
	walk('', 0);
	// Messages that answer each other in a circle belong to nobody; they are shown all the same.
	for (const message of messages) if (!seen.has(message.id)) out.push({ message, depth: 0 });
	return out;
}

/** What stands between two in a list, both with it. */
export function span<P extends { id: string }>(shown: readonly P[], from: string, to: string): P[] {
	const a = shown.findIndex((p) => p.id === from);
	const b = shown.findIndex((p) => p.id === to);
	if (b < 0) return [];
	return a < 0 ? [shown[b]!] : shown.slice(Math.min(a, b), Math.max(a, b) + 1);
}

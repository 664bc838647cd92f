// How X counts is long and needs the list of all top levels: it comes when the first text for X is counted.
type Weigh = (text: string, link: number) => number;

let weigh = $state.raw<Weigh | null>(null);
let coming: Promise<void> | null = null;

/** Fetches X's way of counting; asked again where it did not come. */
export function wantWeights(): Promise<void> {
	return (coming ??= import('./weighted').then(
		(it) => void (weigh = it.weightedCount),
		() => void (coming = null)
	));
}

/** X's way of counting, or nothing while it is on its way; whoever shows a count is told when it is there. */
export function weights(): Weigh | null {
	if (!weigh) void wantWeights();
	return weigh;
}

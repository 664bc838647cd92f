// What the palette can do here and now: a page adds its own acts while it is open.
import { untrack } from 'svelte';
import type { IconName } from '$kit/icons';

export type Command = { id: string; label: string; icon: IconName; keys?: string; run: () => void };

let added = $state.raw<Command[][]>([]);

export function commands(): Command[] {
	return added.flat();
}

/** While the calling component is on screen, the palette offers these too. */
export function offer(list: () => Command[]): void {
	$effect(() => {
		const mine = list();
		untrack(() => (added = [...added, mine]));
		return () => {
			added = added.filter((one) => one !== mine);
		};
	});
}

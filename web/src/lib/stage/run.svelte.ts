// One act at a time on the stage: which one is under way, and what went wrong with the last.
import { asProblem, type Problem } from '$lib/api/problem';

export class Run {
	busy = $state('');
	problem = $state.raw<Problem | null>(null);

	async go(name: string, act: () => Promise<unknown>): Promise<boolean> {
		this.busy = name;
		this.problem = null;
		try {
			await act();
			return true;
		} catch (error) {
			this.problem = asProblem(error);
			return false;
		} finally {
			this.busy = '';
		}
	}
}

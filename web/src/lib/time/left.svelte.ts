// How much time is left until a moment, counted down while it is looked at.
import { left } from './span';

export class Countdown {
	#now = $state(Date.now());
	#until: () => string | undefined;

	/** Counts while the component that makes it is there. */
	constructor(until: () => string | undefined) {
		this.#until = until;
		$effect(() => {
			if (!this.#until()) return;
			this.#now = Date.now();
			const timer = setInterval(() => (this.#now = Date.now()), 20_000);
			return () => clearInterval(timer);
		});
	}

	/** Milliseconds; 0 when it is over, Infinity when there is no end. */
	get ms(): number {
		const until = this.#until();
		return until ? Math.max(0, Date.parse(until) - this.#now) : Infinity;
	}

	say(locale: string): string {
		return left(this.ms, locale);
	}
}

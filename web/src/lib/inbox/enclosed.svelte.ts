// The files of an answer that is being written: sent to the house at once, kept for this visit, and held against what the
// network takes before anything leaves.
import { media } from '$lib/api/ask';
import { idempotencyKey } from '$lib/api/key';
import { asProblem, type Problem } from '$lib/api/problem';
import { conversations as ask } from '$lib/api/talk';
import type { Media, Message, Wrong } from '$lib/api/types';
import { t } from '$lib/i18n/i18n.svelte';
import { sizeOf, type Takes } from './takes';

export type Kept = { id: string; name: string; type: string; alt: string };
export type Sending = { id: string; name: string; share: number; waits: boolean; problem: Problem | null; stop: () => void; again: () => void };

const pause = 400;

export class Enclosed {
	files = $state<Kept[]>([]);
	sending = $state<Sending[]>([]);
	problems = $state.raw<Wrong[]>([]);
	/** How many messages the answer becomes. */
	messages = $state(1);
	#keep: string;
	#turn = 0;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(keep: string) {
		this.#keep = keep;
		try {
			this.files = JSON.parse(sessionStorage.getItem(keep) ?? '[]') as Kept[];
		} catch {
			// Nothing was kept.
		}
	}

	get count(): number {
		return this.files.length + this.sending.length;
	}

	get ready(): boolean {
		return this.sending.length === 0 && !this.problems.some((p) => p.level === 'error');
	}

	uses() {
		return this.files.map((f) => ({ id: f.id, alt: f.alt }));
	}

	/** As the conversation shows them while they are on their way. */
	shown(): Message['media'] {
		return this.files.map((f) => ({ type: f.type.split('/')[0]!, url: media.address(f.id), alt: f.alt, media_id: f.id, name: f.name }));
	}

	attach(file: File, takes: Takes): void {
		const stop = new AbortController();
		this.sending.push({ id: idempotencyKey(), name: file.name || t('reply.file'), share: 0, waits: false, problem: null, stop: () => {}, again: () => {} });
		const mine = this.sending.at(-1)!;
		const drop = () => (this.sending = this.sending.filter((s) => s.id !== mine.id));
		mine.stop = () => (stop.abort(), drop());
		mine.again = () => (drop(), this.attach(file, takes));
		// What can never pass is not sent first.
		const most = takes.types.find((x) => x.type === file.type)?.max_bytes ?? 0;
		if (most > 0 && file.size > most) {
			mine.problem = { ...asProblem(new Error()), detail: t('reply.tooBig', { have: sizeOf(file.size), max: sizeOf(most) }), hint: t('reply.smaller') };
			return;
		}
		media.send(file, (share) => (mine.share = share), stop.signal, (on) => (mine.waits = on)).then(
			(kept: Media) => {
				drop();
				this.files.push({ id: kept.id, name: kept.name, type: kept.type, alt: kept.alt ?? '' });
				this.remember();
			},
			(error: unknown) => {
				if (!stop.signal.aborted) mine.problem = asProblem(error);
			}
		);
	}

	remove(id: string): void {
		this.files = this.files.filter((f) => f.id !== id);
		this.remember();
	}

	clear(): Kept[] {
		const before = $state.snapshot(this.files);
		this.files = [];
		this.problems = [];
		this.messages = 1;
		this.remember();
		return before;
	}

	/** What could not be sent comes back, beside what was attached meanwhile. */
	restore(files: Kept[]): void {
		this.files = [...files, ...this.files.filter((f) => !files.some((g) => g.id === f.id))];
		this.remember();
	}

	remember(): void {
		try {
			if (this.files.length > 0) sessionStorage.setItem(this.#keep, JSON.stringify(this.files));
			else sessionStorage.removeItem(this.#keep);
		} catch {
			// Kept on the screen only.
		}
	}

	/** Asks the house what the network would say; the last question counts. */
	check(conversation: string, answer: { text: string; private?: boolean }): void {
		clearTimeout(this.#timer);
		const turn = ++this.#turn;
		if (this.files.length === 0) {
			this.problems = [];
			this.messages = 1;
			return;
		}
		this.#timer = setTimeout(() => {
			ask.check(conversation, { ...answer, media: this.uses() })
				.then((said) => {
					if (turn !== this.#turn) return;
					this.problems = said.problems;
					this.messages = said.messages;
				})
				.catch(() => {}); // the house says it again when the answer is sent
		}, pause);
	}

	leave(): void {
		clearTimeout(this.#timer);
		this.#turn++;
		for (const s of this.sending) s.stop();
	}
}

// One post while it is written: a common text, and a version of its own for any channel. It is kept on the server
// after every pause in typing, and in this browser until the server has it.
import { media as files, posts } from '$lib/api/ask';
import { idempotencyKey } from '$lib/api/key';
import { asProblem, type Problem } from '$lib/api/problem';
import type { Channel, Checked, Hand, Media, Part, Post, PostKind, Publication, Target } from '$lib/api/types';

export type { Target };
/** A channel that the post is meant for. */
export type Aimed = { target: Target; channel: Channel };
/** What the server says of it. */
export type Heard = Checked['channels'][number]['problems'][number] & { channel: Channel };
export type Sending = { id: string; name: string; share: number; waits: boolean; problem: Problem | null; stop: () => void; again: () => void };
type Backup = { parts: Part[]; targets: Target[]; revision: number };

const pause = 700;
const emptyPart = (): Part => ({ text: '', media: [] });
const copy = <T>(value: T): T => $state.snapshot(value) as T;
const tidy = (parts: Part[]): Part[] => (parts.length > 0 ? parts : [emptyPart()]);

export class Draft {
	id = $state('');
	post = $state.raw<Post | null>(null);
	parts = $state<Part[]>([emptyPart()]);
	targets = $state<Target[]>([]);
	saving = $state<'no' | 'waiting' | 'saving' | 'saved'>('no');
	problem = $state.raw<Problem | null>(null);
	loadProblem = $state.raw<Problem | null>(null);
	restored = $state(false);
	sending = $state<Record<string, Sending[]>>({});
	#files = $state.raw<Record<string, Media>>({});
	#key = idempotencyKey();
	#timer: ReturnType<typeof setTimeout> | undefined;
	#under: Promise<void> | null = null;
	#changes = 0;
	#sent = 0;
	/** Called when the server has given a new draft its id. */
	oncreated: (id: string) => void = () => {};

	constructor(id: string) {
		this.id = id;
		if (id === '') this.#restore();
	}

	get editable(): boolean {
		return this.id === '' || this.post?.state === 'draft' || this.post?.state === 'cancelled';
	}

	get blank(): boolean {
		// What is passed on as it stands says something without a word of ours.
		return this.parts.every((p) => p.text.trim() === '' && p.media.length === 0) && this.targets.every((t) => t.parts === null && t.kind !== 'repost');
	}

	get dirty(): boolean {
		return this.#changes !== this.#sent;
	}

	known = (id: string): Media | undefined => this.#files[id];

	async load(signal?: AbortSignal): Promise<void> {
		if (this.id === '') return;
		try {
			const post = await posts.get(this.id, signal);
			this.loadProblem = null;
			// What is being typed here is newer than what the server says; a clash is found when it is saved.
			if (this.dirty || this.#under) return;
			// So is what was saved while it was on its way.
			if (this.post && post.revision < this.post.revision) return;
			const first = this.post === null;
			this.take(post);
			if (first && this.editable) this.#restore();
		} catch (error) {
			if (!signal?.aborted) this.loadProblem = asProblem(error);
		}
	}

	take(post: Post): void {
		const sameText = this.post?.revision === post.revision && this.post.state === post.state;
		this.post = post;
		this.id = post.id;
		if (sameText) return;
		this.parts = tidy(post.parts);
		this.targets = post.publications.map((p) => ({ channel_id: p.channel_id, parts: p.own ? tidy(p.parts) : null, kind: p.kind, options: p.options, hand: p.hand }));
	}

	/** What a channel will be given. */
	partsFor(channel: string): Part[] {
		return this.targets.find((t) => t.channel_id === channel)?.parts ?? this.parts;
	}

	publicationOf(channel: string): Publication | undefined {
		return this.post?.publications.find((p) => p.channel_id === channel);
	}

	aim(channel: string, on: boolean): void {
		if (on) this.targets.push({ channel_id: channel, parts: null, kind: '', options: {}, hand: {} });
		else this.targets = this.targets.filter((t) => t.channel_id !== channel);
		this.changed();
	}

	/** To these channels and no other; what was written for one that stays, stays. */
	aimAll(channels: string[]): void {
		const kept = this.targets.filter((t) => channels.includes(t.channel_id));
		const more = channels.filter((id) => !kept.some((t) => t.channel_id === id));
		this.targets = [...kept, ...more.map((id) => ({ channel_id: id, parts: null, kind: '' as const, options: {}, hand: {} }))];
		this.changed();
	}

	/** The parts that an editor may change: the common ones, or a channel's own, which begin as a copy. */
	own(channel: string): void {
		const target = this.targets.find((t) => t.channel_id === channel);
		if (target && target.parts === null) target.parts = copy(this.parts);
	}

	common(channel: string): Part[] | null {
		const target = this.targets.find((t) => t.channel_id === channel);
		if (!target) return null;
		const before = target.parts ? copy(target.parts) : null;
		target.parts = null;
		this.changed();
		return before;
	}

	kindOf(channel: string): PostKind {
		return this.targets.find((t) => t.channel_id === channel)?.kind ?? '';
	}

	/** Whether a person publishes it on a channel, and what they need to know. */
	byHand(channel: string, hand: Hand): void {
		const target = this.targets.find((t) => t.channel_id === channel);
		if (!target) return;
		target.hand = hand;
		this.changed();
	}

	/** What the post is on a channel, and what is chosen there; an empty choice is none. */
	choose(channel: string, change: { kind?: PostKind; option?: [name: string, value: string] }): void {
		const target = this.targets.find((t) => t.channel_id === channel);
		if (!target) return;
		if (change.kind !== undefined) target.kind = change.kind;
		if (change.option) {
			const [name, value] = change.option;
			const { [name]: _, ...others } = target.options;
			target.options = value === '' ? others : { ...others, [name]: value };
		}
		this.changed();
	}

	put(channel: string | null, parts: Part[]): void {
		if (channel === null) this.parts = parts;
		else {
			const target = this.targets.find((t) => t.channel_id === channel);
			if (target) target.parts = parts;
		}
		this.changed();
	}

	changed(): void {
		this.#changes++;
		this.saving = 'waiting';
		this.#backup();
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.save(), pause);
	}

	/** Brings everything typed so far to the server; one save at a time. */
	async save(): Promise<void> {
		clearTimeout(this.#timer);
		while (this.#under) await this.#under;
		if (!this.dirty || !this.editable || (this.id === '' && this.blank)) {
			if (!this.dirty) this.saving = this.id === '' ? 'no' : 'saved';
			return;
		}
		this.#under = this.#send();
		try {
			await this.#under;
		} finally {
			this.#under = null;
		}
	}

	async #send(): Promise<void> {
		const upTo = this.#changes;
		const created = this.id === '';
		const body = { parts: copy(this.parts), publications: copy(this.targets) };
		this.saving = 'saving';
		try {
			const post = created ? await posts.create(body, this.#key) : await posts.save(this.id, { ...body, revision: this.post?.revision ?? 0 });
			this.#forget();
			this.post = post;
			this.id = post.id;
			this.#sent = upTo;
			this.problem = null;
			this.saving = this.dirty ? 'waiting' : 'saved';
			if (created) this.oncreated(post.id);
			if (this.dirty) this.#timer = setTimeout(() => void this.save(), pause);
		} catch (error) {
			this.problem = asProblem(error);
			this.saving = 'waiting';
			// A line that is down comes back; everything else needs the person.
			if (this.problem.kind === 'unavailable' || this.problem.kind === 'throttled') {
				clearTimeout(this.#timer);
				this.#timer = setTimeout(() => void this.save(), Math.max(5, this.problem.retryAfter) * 1000);
			}
		}
	}

	/** The server has no such draft any more, as after a backup was put back: what is written here becomes one again. */
	async anew(): Promise<void> {
		this.#forget();
		this.id = '';
		this.post = null;
		this.problem = null;
		this.#key = idempotencyKey();
		this.#changes++;
		await this.save();
	}

	/** Somebody else changed the post: read theirs, and put ours on top when asked to. */
	async keepMine(): Promise<void> {
		const theirs = await posts.get(this.id);
		this.post = theirs;
		this.problem = null;
		this.#changes++;
		await this.save();
	}

	async takeTheirs(): Promise<void> {
		this.#sent = this.#changes;
		this.problem = null;
		this.saving = 'saved';
		this.#forget();
		this.post = null;
		await this.load();
	}

	// Files

	/** Sends a file and adds it to a part when it has arrived. */
	attach(channel: string | null, index: number, file: File): void {
		const place = `${channel ?? ''}/${index}`;
		const stop = new AbortController();
		const entry: Sending = { id: idempotencyKey(), name: file.name, share: 0, waits: false, problem: null, stop: () => {}, again: () => {} };
		this.sending[place] ??= [];
		const list = this.sending[place]; // read again: what an assignment gives is not what is watched
		list.push(entry);
		const mine = list.at(-1)!;
		const drop = () => (this.sending[place] = (this.sending[place] ?? []).filter((s) => s.id !== entry.id));
		mine.stop = () => (stop.abort(), drop());
		mine.again = () => (drop(), this.attach(channel, index, file));
		files.send(file, (share) => (mine.share = share), stop.signal, (on) => (mine.waits = on)).then(
			(media) => {
				drop();
				this.#files = { ...this.#files, [media.id]: media };
				if (channel !== null) this.own(channel);
				const parts = channel === null ? this.parts : this.targets.find((t) => t.channel_id === channel)?.parts;
				parts?.[Math.min(index, parts.length - 1)]?.media.push({ id: media.id, alt: media.alt ?? '' });
				this.changed();
			},
			(error: unknown) => {
				if (!stop.signal.aborted) mine.problem = asProblem(error);
			}
		);
	}

	// The copy in this browser

	#place(): string {
		return `kith.draft.${this.id || 'new'}`;
	}

	#backup(): void {
		try {
			const backup: Backup = { parts: copy(this.parts), targets: copy(this.targets), revision: this.post?.revision ?? 0 };
			localStorage.setItem(this.#place(), JSON.stringify(backup));
		} catch {
			// Without room here, the server is the only copy.
		}
	}

	#forget(): void {
		try {
			localStorage.removeItem(this.#place());
		} catch {
			// Nothing was kept.
		}
	}

	#restore(): void {
		try {
			const backup = JSON.parse(localStorage.getItem(this.#place()) ?? 'null') as Backup | null;
			if (!backup || (this.id !== '' && backup.revision !== this.post?.revision)) return;
			this.parts = tidy(backup.parts);
			this.targets = backup.targets.map((t) => ({ ...t, kind: t.kind ?? '', options: t.options ?? {}, hand: t.hand ?? {} }));
			if (this.blank) return this.#forget();
			this.restored = true;
			this.#changes++;
			this.saving = 'waiting';
			if (this.id !== '') this.#timer = setTimeout(() => void this.save(), pause);
		} catch {
			this.#forget();
		}
	}

	/** Leaves nothing behind: for a draft that was deleted. */
	forget(): void {
		clearTimeout(this.#timer);
		this.#sent = this.#changes;
		this.#forget();
	}
}

let last: Draft | null = null;

/** The draft of an address; the one being written stays itself when it gets its address. */
export function draftAt(id: string): Draft {
	if (id !== '' && last?.id === id) return last;
	return (last = new Draft(id));
}

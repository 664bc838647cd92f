// An answer that says no, as a value that screens can show: what happened, and what to do.
import type { Kind } from './types';

const kinds: readonly Kind[] = ['internal', 'invalid', 'denied', 'not_found', 'conflict', 'throttled', 'unavailable', 'uncertain'];

export class Problem extends Error {
	override name = 'Problem';
	readonly kind: Kind;
	readonly status: number;
	readonly detail: string;
	readonly hint: string;
	readonly field: string;
	/** Seconds until it makes sense to ask again; 0 when nobody said. */
	readonly retryAfter: number;

	constructor(from: { kind: Kind; status: number; detail?: string; hint?: string; field?: string; retryAfter?: number }) {
		super(from.detail || from.kind);
		this.kind = from.kind;
		this.status = from.status;
		this.detail = from.detail ?? '';
		this.hint = from.hint ?? '';
		this.field = from.field ?? '';
		this.retryAfter = from.retryAfter ?? 0;
	}
}

export function kindOf(status: number): Kind {
	if (status === 400 || status === 413 || status === 415 || status === 422) return 'invalid';
	if (status === 401 || status === 403) return 'denied';
	if (status === 404 || status === 410) return 'not_found';
	if (status === 409 || status === 412) return 'conflict';
	if (status === 429) return 'throttled';
	if (status === 502 || status === 503 || status === 504) return 'unavailable';
	return 'internal';
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');

export function problemFrom(status: number, body: unknown): Problem {
	const b = (body && typeof body === 'object' ? body : {}) as Record<string, unknown>;
	const kind = kinds.find((k) => k === b.kind) ?? kindOf(status);
	return new Problem({
		kind,
		status,
		detail: text(b.detail) || text(b.title),
		hint: text(b.hint),
		field: text(b.field),
		retryAfter: typeof b.retry_after === 'number' ? b.retry_after : 0
	});
}

/** No answer came at all: the server is away or this device is offline. */
export function noAnswer(): Problem {
	return new Problem({ kind: 'unavailable', status: 0 });
}

export function asProblem(error: unknown): Problem {
	if (error instanceof Problem) return error;
	return new Problem({ kind: 'internal', status: 0, detail: error instanceof Error ? error.message : '' });
}

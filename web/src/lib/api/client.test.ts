import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { rest, whenSessionEnds } from './client';
import { Problem } from './problem';

const sent: Request[] = [];
let answers: (() => Response)[] = [];

beforeEach(() => {
	sent.length = 0;
	vi.useFakeTimers();
	vi.stubGlobal('fetch', async (request: Request) => {
		sent.push(request);
		const next = answers.shift();
		if (!next) throw new TypeError('no line');
		return next();
	});
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const json = (status: number, body: unknown) => () =>
	new Response(JSON.stringify(body), { status, headers: { 'Content-Type': status < 400 ? 'application/json' : 'application/problem+json' } });

async function failed(run: Promise<unknown>): Promise<Problem> {
	const settled = run.then(
		() => null,
		(e: unknown) => e
	);
	await vi.runAllTimersAsync();
	const error = await settled;
	if (!(error instanceof Problem)) throw new Error('expected a Problem');
	return error;
}

test('a problem keeps what happened and what to do', async () => {
	answers = [json(422, { title: 'Invalid', detail: 'The text is too long.', hint: 'Shorten it.', kind: 'invalid', field: 'text' })];
	const problem = await failed(rest.GET('/api/v1/me', {}));
	expect(problem).toMatchObject({ kind: 'invalid', status: 422, detail: 'The text is too long.', hint: 'Shorten it.', field: 'text' });
});

test('an answer that is no problem text still has a kind', async () => {
	answers = [() => new Response('bad gateway', { status: 502 })];
	expect(await failed(rest.GET('/api/v1/me', {}))).toMatchObject({ kind: 'unavailable', status: 502 });
});

test('a broken line is tried once more with the same key', async () => {
	answers = [
		() => {
			throw new TypeError('line broke');
		},
		json(200, {})
	];
	const done = rest.DELETE('/api/v1/session', {});
	await vi.runAllTimersAsync();
	await done;
	expect(sent).toHaveLength(2);
	expect(sent[0]!.headers.get('Idempotency-Key')).toMatch(/^[0-9a-f]{32}$/);
	expect(sent[1]!.headers.get('Idempotency-Key')).toBe(sent[0]!.headers.get('Idempotency-Key'));
});

test('no answer at all is unavailable', async () => {
	answers = [];
	expect(await failed(rest.GET('/api/v1/me', {}))).toMatchObject({ kind: 'unavailable', status: 0 });
});

test('an ended session is noticed', async () => {
	const ended = vi.fn();
	whenSessionEnds(ended);
	answers = [json(401, { kind: 'denied' })];
	await failed(rest.GET('/api/v1/me', {}));
	expect(ended).toHaveBeenCalledOnce();
});

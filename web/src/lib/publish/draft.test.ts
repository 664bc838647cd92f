// What is chosen while an older answer is on its way stays chosen.
import { expect, it, vi } from 'vitest';
import { Draft } from './draft.svelte';

const post = (revision: number, options: Record<string, string>) => ({
	id: 'p',
	revision,
	state: 'draft',
	parts: [{ text: 'Hello', media: [] }],
	publications: [{ id: 'u', channel_id: 'c', own: false, parts: [], kind: '', options, hand: {} }]
});
const answer = (body: object) => new Response(JSON.stringify(body), { headers: { 'Content-Type': 'application/json' } });

it('keeps what was saved while the post was read', async () => {
	let late: (answer: Response) => void = () => {};
	let reads = 0;
	vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
	vi.stubGlobal('fetch', async (request: Request) => {
		if (request.method !== 'GET') return answer(post(2, { community: '7 Books' }));
		return ++reads === 1 ? answer(post(1, {})) : new Promise<Response>((resolve) => (late = resolve));
	});
	const draft = new Draft('p');
	await draft.load();
	const reading = draft.load(); // news of something else
	draft.choose('c', { option: ['community', '7 Books'] });
	await draft.save();
	late(answer(post(1, {})));
	await reading;
	expect(draft.targets[0]?.options).toEqual({ community: '7 Books' });
	expect(draft.post?.revision).toBe(2);
});

it('is not blank where something is passed on as it stands', () => {
	vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
	const draft = new Draft('');
	draft.aimAll(['c']);
	expect(draft.blank).toBe(true);
	draft.choose('c', { kind: 'repost' });
	expect(draft.blank).toBe(false);
});

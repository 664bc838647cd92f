import { expect, test } from 'vitest';
import type { Channel, Post, Publication } from '$lib/api/types';
import { ailing, ailOf, healthOf } from './ails';

const channel = (state: 'ok' | 'warn' | 'broken', silent: string | null = null, cannot: string[] = []) =>
	({ id: 'c', health: { state, text: '', fix: '', checked_at: null, silent_since: silent }, cannot: cannot.map((action) => ({ action, why: '', instead: '' })) }) as unknown as Channel;
const since = '2026-11-27T14:05:00Z';

test('a network that does not answer is not connected, whatever it said last', () => {
	expect(healthOf(channel('ok'))).toBe('ok');
	expect(healthOf(channel('ok', since))).toBe('silent');
	expect(healthOf(channel('warn', since))).toBe('silent');
	expect(healthOf(channel('broken', since))).toBe('broken');
});
test('the worst is said first', () => {
	expect(ailOf(undefined)).toBe('gone');
	expect(ailOf(channel('broken', since, ['publish']))).toBe('broken');
	expect(ailOf(channel('warn', since, ['publish']))).toBe('unable');
	expect(ailOf(channel('ok', since))).toBe('silent');
	expect(ailOf(channel('warn', null, ['pin']))).toBe('');
});
test('only what waits for its time, and for a program', () => {
	const post = (state: string) => ({ publications: [{ id: 'p', channel_id: 'c', state }] }) as unknown as Post;
	const broken = () => channel('broken');
	const never = () => false;
	expect(ailing(post('scheduled'), broken, never).map((a) => a.ail)).toEqual(['broken']);
	expect(ailing(post('published'), broken, never)).toEqual([]);
	expect(ailing(post('scheduled'), broken, (p: Publication) => p.id === 'p')).toEqual([]);
	expect(ailing(post('scheduled'), () => channel('ok'), never)).toEqual([]);
	expect(ailing(post('scheduled'), () => undefined, never).map((a) => a.ail)).toEqual(['gone']);
});

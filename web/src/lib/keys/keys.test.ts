import { expect, test } from 'vitest';
import { acts, overlaps, pressed, Speller } from './keys.svelte';

const own = (id: string) => acts.find((a) => a.id === id)!.keys;
const press = (key: string, more = {}) => pressed({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test('two keys in a row spell one act', () => {
	const s = new Speller();
	expect(s.spell('g', 0, own)).toEqual({ act: null, waiting: true });
	expect(s.spell('t', 300, own)).toEqual({ act: 'go.today', waiting: false });
	expect(s.spell('j', 400, own).act).toBe('next');
});

test('a first key that waited too long is forgotten', () => {
	const s = new Speller();
	s.spell('g', 0, own);
	expect(s.spell('s', 5000, own).act).toBe('snooze');
});

test('a wrong second key still counts alone', () => {
	const s = new Speller();
	s.spell('g', 0, own);
	expect(s.spell('j', 100, own).act).toBe('next');
});

test('keys of the browser are left to it', () => {
	expect(press('k', { ctrlKey: true })).toBe('');
	expect(press('Enter')).toBe('');
	expect(press('?')).toBe('?');
	expect(press('J')).toBe('j');
});

test('no two acts begin alike', () => {
	for (const a of acts) for (const b of acts) if (a !== b) expect(overlaps(a.keys, b.keys), `${a.id} ${b.id}`).toBe(false);
});

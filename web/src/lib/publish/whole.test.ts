import { expect, test } from 'vitest';
import { whole } from './whole';

const pages =
	(...sizes: number[]) =>
	(cursor: string) => {
		const at = Number(cursor || 0);
		return Promise.resolve({ items: Array.from({ length: sizes[at]! }, (_, i) => `${at}.${i}`), next: at + 1 < sizes.length ? String(at + 1) : '' });
	};

test('a list is read to its end', async () => {
	expect(await whole(pages(2, 2, 1), 10)).toEqual({ all: ['0.0', '0.1', '1.0', '1.1', '2.0'], more: false });
});
test('what is left out is said', async () => {
	const { all, more } = await whole(pages(2, 2, 1), 4);
	expect([all.length, more]).toEqual([4, true]);
});
test('a list that ends where the screen ends leaves nothing out', async () => {
	expect(await whole(pages(2, 2), 4)).toMatchObject({ more: false });
});

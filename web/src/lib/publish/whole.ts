// A list is read page by page, as far as a screen can bear; what is left out is said.
export async function whole<T>(read: (cursor: string) => Promise<{ items: T[]; next: string }>, most: number): Promise<{ all: T[]; more: boolean }> {
	const all: T[] = [];
	let cursor = '';
	do {
		const part = await read(cursor);
		all.push(...part.items);
		cursor = part.next;
	} while (cursor && all.length < most);
	return { all, more: cursor !== '' };
}

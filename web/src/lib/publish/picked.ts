// What is kept of something that was searched for: its id and, after a space, the name it was found by.

export function picked(value: string | undefined): { id: string; name: string } {
	const [id = '', ...name] = (value ?? '').trim().split(' ');
	return { id, name: name.join(' ').trim() };
}

/** How the place of a post is called, or its number where nobody knows; empty: it has none. A story shows none. */
export function placeOf(options: Record<string, string> | undefined, kind: string): string {
	if (kind === 'story') return '';
	const { id, name } = picked(options?.place);
	return name || id;
}

/** The address of the post of others that one shows, with words of its own or as it stands. */
export function sharedBy(options: Record<string, string> | undefined, kind: string): string {
	return options?.[kind === 'repost' ? 'repost' : 'reshare'] ?? '';
}

/** How the community is called in which a post stands, where it was found by its name; a number alone is its address. */
export function communityOf(options: Record<string, string> | undefined): string {
	const { id, name } = picked(options?.community);
	return name || (id && `x.com/i/communities/${id}`);
}

import { expect, test } from 'vitest';
import { scoped } from './scopes';

const words: Record<string, string> = { pages_messaging: 'private messages', 'boards:read': 'see the boards', 'user.info.basic': 'who you are', 'youtube.force-ssl': 'publish' };
const of = (scope: string) => words[scope] ?? '';
const said = (text: string) => scoped(text, of).map((p) => (p.what ? `${p.what} (${p.text})` : p.text)).join('');

test('a permission is said by what it is for, the rest as it stands', () => {
	expect(said('Missing: pages_messaging, boards:read.')).toBe('Missing: private messages (pages_messaging), see the boards (boards:read).');
	expect(said('It needs user.info.basic and youtube.force-ssl')).toBe('It needs who you are (user.info.basic) and publish (youtube.force-ssl)');
	expect(said('https://kith.example/pages and no_such_thing.')).toBe('https://kith.example/pages and no_such_thing.');
	expect(scoped('', of)).toEqual([]);
});

import { expect, test } from 'vitest';
import { around, marks } from './found';

const hits = (text: string, query: string) => marks(text, query).filter((m) => m.hit).map((m) => m.text);

test('words are found without regard to case and accents', () => {
	expect(hits('Une Réponse, des réponses.', 'reponse')).toEqual(['Réponse', 'réponses']);
	expect(hits('Le café est là', 'CAFÉ ')).toEqual(['café']);
});

test('only the last word may be a beginning', () => {
	expect(hits('cat catalogue dog dogma', 'cat dog')).toEqual(['cat', 'dog', 'dogma']);
	expect(hits('cat catalogue', 'cat ')).toEqual(['cat']);
});

test('nothing of the text is lost', () => {
	const text = 'A “quoted” word, and another word.';
	expect(marks(text, 'word').map((m) => m.text).join('')).toBe(text);
	expect(marks(text, '').map((m) => m.text).join('')).toBe(text);
});

test('a long text is cut to where the find is', () => {
	const text = `${'lorem ipsum '.repeat(20)}needle and more`;
	const cut = around(text, 'needle');
	expect(cut.startsWith('…')).toBe(true);
	expect(cut.indexOf('needle')).toBeLessThan(60);
	expect(around('needle first', 'needle')).toBe('needle first');
});

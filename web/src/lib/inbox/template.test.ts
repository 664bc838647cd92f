import { expect, test } from 'vitest';
import type { Template } from '$lib/api/types';
import { filled, words } from './template';

const template: Template = { id: 'a/fr', name: 'a', language: 'fr', category: 'utility', text: 'Bonjour {{1}},\nau sujet de {{ 2 }} {{1}} {{9}}', holes: ['1', '2'], why: '', fix: '', price: null, sources: [], room: null };

test('a template is read as it will be read', () => {
	expect(words(template, {})).toBe(template.text);
	expect(words(template, { '1': ' Ada\n Roy ', '2': 'la commande' })).toBe('Bonjour Ada Roy,\nau sujet de la commande Ada Roy {{9}}');
	expect(words(template, { '1': '$&', '2': '{{1}}' })).toBe('Bonjour $&,\nau sujet de {{1}} $& {{9}}');
});

test('nothing may be missing', () => {
	expect(filled(template, { '1': 'Ada' })).toBe(false);
	expect(filled(template, { '1': 'Ada', '2': ' \n' })).toBe(false);
	expect(filled(template, { '1': 'Ada', '2': 'x' })).toBe(true);
});

import { beforeEach, expect, test, vi } from 'vitest';

// Each test begins as a browser does: no language is chosen and no part is open.
let i18n: typeof import('./i18n.svelte');
beforeEach(async () => {
	vi.resetModules();
	vi.unstubAllGlobals();
	vi.stubGlobal('navigator', { languages: ['fr-CA', 'en'] });
	i18n = await import('./i18n.svelte');
});

test('a part that is opened before the first language comes in the one that will be chosen', async () => {
	await i18n.openPart('inbox');
	expect(i18n.t('inbox.title')).toBe('Messages');
	expect(i18n.locale()).toBe('fr');
});

test('a part that is opened while a language comes is there when both have come', async () => {
	await Promise.all([i18n.setLocale('en'), i18n.openPart('publish', 'people')]);
	expect([i18n.locale(), i18n.known('publish.title'), i18n.known('people.none'), i18n.known('compose.schedule')]).toEqual(['en', true, true, false]);
});

test('whoever asks for a part that is on its way waits for it as well', async () => {
	await i18n.setLocale('en');
	void i18n.openPart('door');
	await i18n.openPart('door');
	expect(i18n.known('signin.title')).toBe(true);
});

test('another language brings the parts that are open', async () => {
	await i18n.setLocale('en');
	await i18n.openPart('compose');
	await i18n.setLocale('fr');
	expect(i18n.t('compose.schedule')).toBe('Programmer');
});

test('the last wish counts, however late the others come', async () => {
	const page = { documentElement: { lang: '' } };
	const kept = vi.fn();
	vi.stubGlobal('document', page);
	vi.stubGlobal('localStorage', { getItem: () => null, setItem: kept });
	await Promise.all([i18n.setLocale('fr'), i18n.setLocale('en'), i18n.openPart('measure')]);
	expect([i18n.locale(), i18n.known('measure.title'), page.documentElement.lang]).toEqual(['en', true, 'en']);
	expect(kept.mock.calls).toEqual([['kith.locale', 'en']]);
});

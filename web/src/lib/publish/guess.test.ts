import { expect, test } from 'vitest';
import { guessLanguage } from './guess';

test('a file of subtitles may say its language', () => {
	for (const [name, tag] of [
		['film.fr.srt', 'fr'],
		['film_pt-BR.vtt', 'pt-BR'],
		['film-zh_hant.VTT', 'zh-Hant'],
		['Mon film.FR_ca.srt', 'fr-CA'],
		['film.oc.srt', 'oc'],
		['film.srt', null],
		['interview-v2.srt', null],
		['film.zz.srt', null],
		['film.fr.txt', null]
	] as const)
		expect(guessLanguage(name), name).toBe(tag);
});

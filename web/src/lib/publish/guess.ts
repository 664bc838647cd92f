/** The language that a file of subtitles names: film.fr.srt, film_pt-BR.vtt, film.English.srt is none. */
export function guessLanguage(name: string): string | null {
	const found = /[._-]([a-z]{2,3})(?:[-_]([A-Za-z]{4}|[A-Za-z]{2}))?\.(?:srt|vtt)$/i.exec(name);
	if (!found) return null;
	const [, base, more] = found;
	try {
		const tag = new Intl.Locale(more ? `${base!}-${more}` : base!);
		const known = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' }).of(tag.language);
		return known ? tag.baseName : null;
	} catch {
		return null;
	}
}

// Subtitles of videos, in the words of the API. Loaded where a video is looked at, and nowhere else.
import { body, one } from './ask';
import { rest } from './client';
import type { components } from './schema';

export type Subtitles = components['schemas']['Subtitles'];

const at = (id: string, lang: string) => ({ params: { path: { id, lang } } });

export const subtitles = {
	address: (id: string, lang: string) => `/api/v1/media/${encodeURIComponent(id)}/subtitles/${encodeURIComponent(lang)}`,
	list: async (id: string, signal?: AbortSignal) => (await body(rest.GET('/api/v1/media/{id}/subtitles', { ...one(id), signal }))).items,
	put(id: string, lang: string, file: File) {
		const form = new FormData();
		form.append('file', file, file.name);
		return body(rest.PUT('/api/v1/media/{id}/subtitles/{lang}', { ...at(id, lang), body: { file: '' }, bodySerializer: () => form }));
	},
	remove: (id: string, lang: string) => rest.DELETE('/api/v1/media/{id}/subtitles/{lang}', at(id, lang))
};

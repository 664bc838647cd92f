// Large files go in pieces. A line that breaks costs one piece at most: it goes on by itself when there is a line again,
// and after a reload when the same file is chosen anew.
import { Upload, defaultOptions, type DetailedError } from 'tus-js-client';
import { locale } from '$lib/i18n/i18n.svelte';
import { rest } from './client';
import { noAnswer, Problem, problemFrom } from './problem';
import type { Media } from './types';

const piece = 8 * 1024 * 1024; // what a door in front of the server lets pass, too
const seconds = [1, 2, 4, 8, 15, ...Array<number>(60).fill(30)]; // half an hour without a byte, then it is said

interface Told {
	progress: (share: number) => void;
	waits: (on: boolean) => void;
}

/** Whether it makes sense to ask again: nobody answered, or not now. */
const passing = (status: number) => status === 0 || status === 409 || status === 423 || status === 429 || status >= 500;

function problemOf(error: Error | DetailedError): Problem {
	const answer = 'originalResponse' in error ? error.originalResponse : null;
	if (!answer || answer.getStatus() === 0) return noAnswer();
	let body: unknown = null;
	try {
		body = JSON.parse(answer.getBody());
	} catch {
		// A door in between answers with a page.
	}
	return problemFrom(answer.getStatus(), body);
}

async function finish(id: string, told: Told, signal?: AbortSignal): Promise<Media> {
	for (const pause of [...seconds, 0]) {
		try {
			const done = await rest.POST('/api/v1/uploads/{id}/finish', { params: { path: { id } }, signal });
			return done.data as Media;
		} catch (error) {
			if (!(error instanceof Problem) || !passing(error.status) || pause === 0) throw error;
			told.waits(true);
			await new Promise((wake) => setTimeout(wake, pause * 1000));
		}
	}
	throw noAnswer();
}

export async function sendInPieces(file: File, told: Told, signal?: AbortSignal): Promise<Media> {
	let waiting = false;
	const waits = (on: boolean) => on !== waiting && told.waits((waiting = on));
	let came = () => {};
	let ended: (why: unknown) => void = () => {};
	const whole = new Promise<void>((resolve, reject) => ([came, ended] = [resolve, reject]));
	const upload = new Upload(file, {
		endpoint: '/api/v1/uploads',
		chunkSize: piece,
		retryDelays: seconds.map((s) => s * 1000),
		metadata: { filename: file.name || 'file' },
		headers: { 'Accept-Language': locale() },
		removeFingerprintOnSuccess: false, // it is needed until the file is made
		onProgress: (sent, all) => (waits(false), told.progress(sent / all)),
		// A server that is away has not forgotten the upload: only “there is none” begins anew.
		onAfterResponse: (asked, answer) => {
			if (asked.getMethod() === 'HEAD' && passing(answer.getStatus())) throw noAnswer();
		},
		onShouldRetry: (error) => {
			const again = passing(error.originalResponse?.getStatus() ?? 0);
			if (again) waits(true);
			return again;
		},
		onError: (error) => ended(problemOf(error)),
		onSuccess: () => came()
	});
	const online = () => waiting && void upload.abort().then(() => upload.start());
	const stop = () => {
		void upload.abort(true).catch(() => {}); // what came is forgotten after two days anyway
		ended(new DOMException('aborted', 'AbortError'));
	};
	signal?.addEventListener('abort', stop);
	addEventListener('online', online);
	try {
		const before = await upload.findPreviousUploads();
		if (signal?.aborted) throw new DOMException('aborted', 'AbortError');
		if (before[0]) upload.resumeFromPreviousUpload(before[0]);
		upload.start();
		await whole;
		const id = upload.url!.split('/').at(-1)!;
		const media = await finish(id, { ...told, waits }, signal);
		for (const known of await upload.findPreviousUploads()) await defaultOptions.urlStorage?.removeUpload(known.urlStorageKey);
		return media;
	} finally {
		waits(false);
		signal?.removeEventListener('abort', stop);
		removeEventListener('online', online);
	}
}

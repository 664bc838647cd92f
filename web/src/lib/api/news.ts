// News from the server: one connection per browser however many tabs. The tab that holds the lock listens and tells
// the others. News may be lost, so whoever shows something asks again when the line comes back ('all').
import type { News } from './types';

type Listener = (news: News) => void;

const listeners = new Set<Listener>();
const bell = 'kith.news';
let stop: (() => void) | null = null;

export function onNews(topics: readonly News['topic'][], run: Listener): () => void {
	const listener: Listener = (news) => {
		if (news.topic === 'all' || topics.includes(news.topic)) run(news);
	};
	listeners.add(listener);
	return () => listeners.delete(listener);
}

const everything = (): News => ({ topic: 'all', id: '', at: new Date().toISOString() });

/** Starts listening; calling it again does nothing. */
export function startNews(): void {
	if (stop) return;
	const channel = new BroadcastChannel(bell);
	const ended = new AbortController();
	const here = (news: News) => listeners.forEach((run) => run(news));
	const everywhere = (news: News) => {
		here(news);
		channel.postMessage(news);
	};
	channel.onmessage = (e: MessageEvent<News>) => here(e.data);
	const back = () => document.visibilityState === 'visible' && hiddenFor() > 60_000 && here(everything());
	let hiddenSince = 0;
	const hiddenFor = () => (hiddenSince === 0 ? 0 : Date.now() - hiddenSince);
	const seen = () => {
		back();
		hiddenSince = document.visibilityState === 'hidden' ? Date.now() : 0;
	};
	document.addEventListener('visibilitychange', seen);

	const lead = () => new Promise<void>((done) => listen(everywhere, ended.signal, done));
	// Without locks (an insecure address) every tab listens for itself.
	if (navigator.locks) navigator.locks.request(bell, { signal: ended.signal }, lead).catch(() => {});
	else void lead();

	stop = () => {
		ended.abort();
		document.removeEventListener('visibilitychange', seen);
		channel.close();
		stop = null;
	};
}

export function stopNews(): void {
	stop?.();
}

function listen(tell: (news: News) => void, ended: AbortSignal, done: () => void): void {
	let source: EventSource | null = null;
	let broken = false;
	let wait = 1000;
	let timer: ReturnType<typeof setTimeout> | undefined;
	const open = () => {
		source = new EventSource('/api/v1/news');
		source.addEventListener('open', () => {
			wait = 1000;
			if (broken) tell(everything());
			broken = false;
		});
		source.addEventListener('news', (e: MessageEvent<string>) => {
			try {
				tell(JSON.parse(e.data) as News);
			} catch {
				// A text that is no news is no news.
			}
		});
		source.addEventListener('error', () => {
			broken = true;
			if (source?.readyState !== EventSource.CLOSED) return;
			// The browser gave up (an error status); ask again, each time a little later.
			timer = setTimeout(open, wait);
			wait = Math.min(wait * 2, 30_000);
		});
	};
	open();
	ended.addEventListener('abort', () => {
		clearTimeout(timer);
		source?.close();
		done();
	});
}

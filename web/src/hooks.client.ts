import type { HandleClientError } from '@sveltejs/kit';

// After an upgrade, a tab that is still open asks for files that are gone: it starts afresh, once.
addEventListener('vite:preloadError', (e) => {
	const at = Number(sessionStorage.getItem('kith.reloaded') ?? 0);
	if (Date.now() - at < 10_000) return;
	sessionStorage.setItem('kith.reloaded', String(Date.now()));
	e.preventDefault();
	location.reload();
});

export const handleError: HandleClientError = ({ error, status }) => {
	if (status !== 404) console.error(error);
	return { message: error instanceof Error ? error.message : '' };
};

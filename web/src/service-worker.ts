/// <reference types="@sveltejs/kit" />
/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
// Shows reminders that reach this browser while Kith is not open. It keeps no pages: what is read comes from the house.
export {};
const worker = globalThis as unknown as ServiceWorkerGlobalScope;

type Reminder = { title: string; body: string; href: string; tag: string };

worker.addEventListener('install', () => void worker.skipWaiting());
worker.addEventListener('activate', (e) => e.waitUntil(worker.clients.claim()));

worker.addEventListener('push', (e) => {
	let told: Partial<Reminder> = {};
	try {
		told = (e.data?.json() ?? {}) as Partial<Reminder>;
	} catch {
		// What cannot be read is still a reminder: browsers want one shown for each message.
	}
	e.waitUntil(worker.registration.showNotification(told.title || 'Kith', { body: told.body ?? '', tag: told.tag, icon: '/icon-192.png', badge: '/icon-192.png', data: { href: told.href ?? '/' } }));
});

worker.addEventListener('notificationclick', (e) => {
	e.notification.close();
	const given = (e.notification.data as { href?: string } | null)?.href ?? '/';
	const href = given.startsWith('/') && !given.startsWith('//') ? given : '/';
	e.waitUntil(
		worker.clients.matchAll({ type: 'window', includeUncontrolled: true }).then(async (open) => {
			const page = open.find((c) => 'navigate' in c);
			if (page) {
				await page.focus();
				await page.navigate(href);
			} else await worker.clients.openWindow(href);
		})
	);
});

// Reminders by Web Push: this browser subscribes to the key of this house, and hands its address over.

export const canPush = (): boolean => 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

const bytes = (text: string): Uint8Array<ArrayBuffer> => {
	const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
	return Uint8Array.from(plain, (c) => c.charCodeAt(0));
};
const text = (key: ArrayBuffer | null): string =>
	btoa(String.fromCharCode(...new Uint8Array(key ?? new ArrayBuffer(0))))
		.replace(/\+/g, '-')
		.replace(/\//g, '_')
		.replace(/=+$/, '');

/** null: the person, or their browser, said no. */
export async function subscribe(key: string): Promise<{ endpoint: string; p256dh: string; auth: string } | null> {
	if ((await Notification.requestPermission()) !== 'granted') return null;
	const worker = await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
	await navigator.serviceWorker.ready;
	const given = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
	return { endpoint: given.endpoint, p256dh: text(given.getKey('p256dh')), auth: text(given.getKey('auth')) };
}

export async function unsubscribe(): Promise<void> {
	const worker = await navigator.serviceWorker?.getRegistration();
	await (await worker?.pushManager.getSubscription())?.unsubscribe();
}

/** A browser as people call it: “Firefox · Linux”. */
export function agentName(agent = navigator.userAgent): string {
	const browser = /Edg\//.test(agent) ? 'Edge' : /Firefox\//.test(agent) ? 'Firefox' : /Chrom(e|ium)\//.test(agent) ? 'Chrome' : /Safari\//.test(agent) ? 'Safari' : '';
	const system = /Android/.test(agent) ? 'Android' : /iPhone|iPad/.test(agent) ? 'iOS' : /Windows/.test(agent) ? 'Windows' : /Mac OS/.test(agent) ? 'macOS' : /Linux/.test(agent) ? 'Linux' : '';
	return [browser, system].filter(Boolean).join(' · ');
}

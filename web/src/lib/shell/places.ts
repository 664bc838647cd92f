// The rooms that a person can go to. A room that does not exist yet has no door.
import type { IconName } from '$kit/icons';
import type { Key } from '$lib/i18n/i18n.svelte';

export type Place = { id: string; href: string; label: Key; icon: IconName };

export const places: readonly Place[] = [
	{ id: 'today', href: '/', label: 'place.today', icon: 'today' },
	{ id: 'inbox', href: '/inbox', label: 'place.inbox', icon: 'inbox' },
	{ id: 'publish', href: '/publish', label: 'place.publish', icon: 'publish' },
	{ id: 'people', href: '/people', label: 'place.people', icon: 'people' },
	{ id: 'measure', href: '/measure', label: 'place.measure', icon: 'chart' },
	{ id: 'settings', href: '/settings', label: 'place.settings', icon: 'settings' }
];

export const rehearsal: Place = { id: 'rehearsal', href: '/rehearsal', label: 'place.rehearsal', icon: 'rehearsal' };

export function here(place: Place, path: string): boolean {
	return place.href === '/' ? path === '/' : path === place.href || path.startsWith(`${place.href}/`);
}

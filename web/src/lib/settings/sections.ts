// The pages of the settings; each says what a person needs in order to see it.
import type { IconName } from '$kit/icons';
import type { Verb } from '$lib/api/types';
import type { Key } from '$lib/i18n/i18n.svelte';

export type Section = { href: string; label: Key; icon: IconName; needs?: Verb };

export const sections: readonly Section[] = [
	{ href: '/settings/channels', label: 'settings.channels', icon: 'plug' },
	{ href: '/settings/networks', label: 'settings.networks', icon: 'globe' },
	{ href: '/settings/team', label: 'settings.team', icon: 'people' },
	{ href: '/settings/rules', label: 'settings.rules', icon: 'shield' },
	{ href: '/settings/set-aside', label: 'settings.setAside', icon: 'warn', needs: 'connect' },
	{ href: '/settings/spending', label: 'settings.spending', icon: 'chart', needs: 'measure' },
	{ href: '/settings/workspace', label: 'settings.workspace', icon: 'table', needs: 'settings' },
	{ href: '/settings/tokens', label: 'settings.tokens', icon: 'key', needs: 'settings' },
	{ href: '/settings/audit', label: 'settings.audit', icon: 'list', needs: 'settings' },
	{ href: '/settings/you', label: 'settings.you', icon: 'team' },
	{ href: '/settings/keyboard', label: 'settings.keyboard', icon: 'keyboard' }
];

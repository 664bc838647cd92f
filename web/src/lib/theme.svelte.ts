// Light, dark, or as the device says. Kept in the browser too, so that the first paint is right.
import type { ThemeName } from '$lib/api/types';

let current = $state<ThemeName>('auto');

export function asTheme(value: string | null | undefined): ThemeName {
	return value === 'light' || value === 'dark' ? value : 'auto';
}

export function theme(): ThemeName {
	return current;
}

export function applyTheme(next: ThemeName): void {
	current = next;
	const root = document.documentElement;
	if (next === 'auto') delete root.dataset.theme;
	else root.dataset.theme = next;
	root.style.colorScheme = next === 'auto' ? '' : next;
	try {
		localStorage.setItem('kith.theme', next);
	} catch {
		// Not kept; the account remembers it.
	}
}

export function recallTheme(): void {
	current = asTheme(document.documentElement.dataset.theme);
}

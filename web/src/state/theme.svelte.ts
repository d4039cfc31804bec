// Light, dark, or as the system is. public/theme.js applies it before the first paint.

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'pedigree.theme';

function stored(): Theme {
	try {
		const value = localStorage.getItem(key);
		return value === 'light' || value === 'dark' ? value : 'system';
	} catch {
		return 'system';
	}
}

const chosen = $state({ theme: stored() });

export function theme(): Theme {
	return chosen.theme;
}

export function chooseTheme(next: Theme): void {
	chosen.theme = next;
	if (next === 'system') delete document.documentElement.dataset.theme;
	else document.documentElement.dataset.theme = next;
	try {
		if (next === 'system') localStorage.removeItem(key);
		else localStorage.setItem(key, next);
	} catch {
		// Storage may be switched off; the choice then lasts as long as the page.
	}
}

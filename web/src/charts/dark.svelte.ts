// Whether the page is dark now, for what is drawn and not styled.

import { theme } from '../state/theme.svelte';

const wish = window.matchMedia('(prefers-color-scheme: dark)');
const system = $state({ dark: wish.matches });
wish.addEventListener('change', () => (system.dark = wish.matches));

export function dark(): boolean {
	return theme() === 'system' ? system.dark : theme() === 'dark';
}

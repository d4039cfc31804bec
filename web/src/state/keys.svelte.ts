// Whether single keys do something: who speaks to the browser or hits keys by chance
// can switch them off (WCAG 2.1.4). Ctrl-K always works.

const key = 'pedigree.keys';

function stored(): boolean {
	try {
		return localStorage.getItem(key) !== 'off';
	} catch {
		return true;
	}
}

const chosen = $state({ on: stored() });

export function singleKeys(): boolean {
	return chosen.on;
}

export function chooseSingleKeys(on: boolean): void {
	chosen.on = on;
	try {
		if (on) localStorage.removeItem(key);
		else localStorage.setItem(key, 'off');
	} catch {
		// Storage may be switched off; the choice then lasts as long as the page.
	}
}

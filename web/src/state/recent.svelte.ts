// What was opened lately, kept by the browser.

export interface Visit {
	label: string;
	detail: string;
	address: string;
}

const key = 'pedigree.recent';
const most = 10;

/** What was opened lately, the last first. */
export function recent(): Visit[] {
	try {
		const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
		return Array.isArray(kept) ? kept.filter(isVisit).slice(0, most) : [];
	} catch {
		return [];
	}
}

/** Remembers that something was opened. */
export function visit(v: Visit): void {
	try {
		const all = [v, ...recent().filter((other) => other.address !== v.address)].slice(0, most);
		localStorage.setItem(key, JSON.stringify(all));
	} catch {
		// Storage may be switched off: then nothing is remembered.
	}
}

function isVisit(x: unknown): x is Visit {
	const v = x as Partial<Visit> | null;
	return typeof v?.label === 'string' && typeof v.detail === 'string' && typeof v.address === 'string' && /^\/(?!\/)/.test(v.address);
}

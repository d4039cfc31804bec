// How wide someone has made columns: theirs, so it is kept in their browser and not
// in the address.

import type { Column } from './column';

const key = 'pedigree.widths';
export const narrowest = 56;
const most = 500; // columns remembered

function stored(): Record<string, number> {
	try {
		const value: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
		return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).filter(([, w]) => typeof w === 'number')) : {};
	} catch {
		return {};
	}
}

const widths = $state<{ of: Record<string, number> }>({ of: stored() });

export function widthOf(column: Column): number {
	return Object.hasOwn(widths.of, column.id) ? (widths.of[column.id] as number) : column.width;
}

export function widen(column: Column, width: number): void {
	const kept = Object.entries(widths.of).filter(([id]) => id !== column.id).slice(1 - most);
	widths.of = Object.fromEntries([...kept, [column.id, Math.round(Math.max(narrowest, Math.min(width, 1200)))]]);
	try {
		localStorage.setItem(key, JSON.stringify(widths.of));
	} catch {
		// Storage may be switched off; the width then lasts as long as the page.
	}
}

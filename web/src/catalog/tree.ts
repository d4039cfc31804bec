// Types as a tree by what they descend from. A type with several super types stands
// below each of them.

export interface Named {
	name: string;
	superTypes: string[];
}

export interface Branch<T> {
	item: T;
	key: string; // unlike any other's in the tree
	level: number; // 1 for those at the top
	children: number;
	position: number; // among those beside it, from 1
	beside: number; // how many those are
}

/** Gives the rows of a tree as they are seen, each with the number of what is below
 * it; those that are open show it. What descends from itself is cut off. */
export function branchesOf<T extends Named>(types: readonly T[], open: (key: string, level: number) => boolean): Branch<T>[] {
	const names = new Set(types.map((t) => t.name));
	const below = new Map<string, T[]>();
	for (const type of types) {
		const above = type.superTypes.filter((s) => names.has(s) && s !== type.name);
		for (const name of above.length > 0 ? above : ['']) below.set(name, [...(below.get(name) ?? []), type]);
	}
	below.get('')?.sort((a, b) => descendants(b.name, below) - descendants(a.name, below)); // the great families first
	const rows: Branch<T>[] = [];
	const grow = (name: string, path: string[]) => {
		const children = (below.get(name) ?? []).filter((t) => !path.includes(t.name));
		children.forEach((item, i) => {
			const key = [...path, item.name].join('\n');
			const within = [...path, item.name];
			rows.push({ item, key, level: within.length, children: (below.get(item.name) ?? []).filter((t) => !within.includes(t.name)).length, position: i + 1, beside: children.length });
			if (open(key, within.length)) grow(item.name, within);
		});
	};
	grow('', []);
	return rows;
}

function descendants<T extends Named>(name: string, below: ReadonlyMap<string, readonly T[]>, seen = new Set<string>()): number {
	for (const child of below.get(name) ?? []) {
		if (seen.has(child.name)) continue;
		seen.add(child.name);
		descendants(child.name, below, seen);
	}
	return seen.size;
}

/** Gives all that a type descends from, the nearest first. */
export function ancestorsOf(name: string, types: ReadonlyMap<string, Named>): string[] {
	const found = new Set<string>();
	for (let next = types.get(name)?.superTypes ?? []; next.length > 0; ) {
		const fresh = next.filter((n) => n !== name && !found.has(n));
		fresh.forEach((n) => found.add(n));
		next = fresh.flatMap((n) => types.get(n)?.superTypes ?? []);
	}
	return [...found];
}

/** Gives all that descend from a type. */
export function descendantsOf(name: string, types: readonly Named[]): string[] {
	const byName = new Map(types.map((t) => [t.name, t]));
	return types.filter((t) => ancestorsOf(t.name, byName).includes(name)).map((t) => t.name);
}

// Colours that tell series apart: ten hues drawn solid and ten drawn dashed, each
// with a contrast of at least 3 on the page. A value keeps its colour wherever it
// stands in a list.

export interface Pair {
	light: string;
	dark: string;
}

const pair = (light: string, dark: string): Pair => ({ light, dark });

export const hues: readonly Pair[] = [
	pair('#1498e5', '#58b0fb'),
	pair('#016d7b', '#78f0ff'),
	pair('#835c17', '#d68f0e'),
	pair('#8a9d2c', '#c0e154'),
	pair('#4e2898', '#7068d7'),
	pair('#63262f', '#cb454f'),
	pair('#7e166a', '#b894b2'),
	pair('#9f6657', '#fda39a'),
	pair('#a0719f', '#b1509e'),
	pair('#69472b', '#ffd4b7'),
	pair('#5c90d3', '#8097bb'),
	pair('#4a66af', '#5b76e3'),
	pair('#739e85', '#7afac4'),
	pair('#c94760', '#d8537a'),
	pair('#787110', '#f6d747'),
	pair('#603091', '#b29efe'),
	pair('#5e2f0e', '#e5ae84'),
	pair('#135051', '#32d5d4'),
	pair('#938c14', '#ad9e1e'),
	pair('#754f00', '#a76b15'),
];

export const solid = 10; // hues that are drawn solid; the others are dashed
export const grey: Pair = pair('#667085', '#8d96a6');

/** From little to much. */
export const ramp: readonly Pair[] = [
	pair('#4d97de', '#3f78b3'),
	pair('#347ec4', '#4d8fd1'),
	pair('#1f6fb8', '#62a5ea'),
	pair('#1260a0', '#85bdf7'),
	pair('#004f8b', '#a9d1fc'),
	pair('#013966', '#d6e9ff'),
];

export const dashes: readonly (readonly number[])[] = [[], [6, 4], [2, 3], [10, 3, 2, 3], [14, 4]];

/** Gives each value a place: by what it is, and where that is taken the next that is
 * free. Beyond as many as there are, places are shared. */
export function placesOf(values: readonly string[], places: number): Map<string, number> {
	const taken = new Set<number>();
	const given = new Map<string, number>();
	for (const value of [...new Set(values)].sort()) {
		let place = hash(value) % places;
		for (let tries = 0; taken.has(place) && tries < places; tries++) place = (place + 1) % places;
		taken.add(place);
		if (taken.size === places) taken.clear();
		given.set(value, place);
	}
	return given;
}

function hash(text: string): number {
	let h = 2166136261;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
	return (h ^ (h >>> 15)) >>> 0;
}

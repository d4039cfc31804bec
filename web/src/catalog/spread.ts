// How far a classification goes from where it was put: what it has reached, and what
// beside that it has not.

import type { Flow } from '../api/cataloglineage';
import type { EntityHeader, Related } from '../api/catalogentities';

export interface Stop {
	guid: string;
	name: string;
	type: string;
	source: boolean;
	reached: boolean; // it carries the classification, or is where it was put
}

export interface Spread {
	stops: Map<string, Stop>;
	links: { from: string; to: string; passes: boolean; by: string }[]; // by: a relationship's type; empty along processes
	left: number; // of those reached, how many are not drawn
}

const most = 80; // stops of a picture

/** Draws the way of a classification along what was made of its source: all that it
 * reached, the nearest first, and what is next to that and was not reached; and along
 * the relationships of the source, as far as those that carry it are known. */
export function spreadOf(name: string, source: EntityHeader, flow: Flow, tied: readonly Related[] = [], carriers: readonly EntityHeader[] = []): Spread {
	const carries = (h: EntityHeader | undefined) => h !== undefined && (h.guid === source.guid || h.classificationNames.includes(name) || h.classifications.some((c) => c.type === name));
	const onward = new Map<string, string[]>();
	for (const { from, to } of flow.links) onward.set(from, [...(onward.get(from) ?? []), to]);
	const entities = new Map(flow.entities).set(source.guid, source);
	const stops = new Map<string, Stop>();
	let left = 0;
	const seen = new Set([source.guid]);
	for (let [at, next] = [[source.guid], [] as string[]]; at.length > 0; [at, next] = [next, []]) {
		for (const guid of at) {
			const header = entities.get(guid);
			if (!header) continue;
			const reached = carries(header);
			if (stops.size >= most) {
				left += reached ? 1 : 0;
			} else stops.set(guid, { guid, name: header.name, type: header.type, source: guid === source.guid, reached });
			if (!reached) continue; // what is behind it is none of its way
			for (const to of onward.get(guid) ?? []) {
				if (seen.has(to)) continue;
				seen.add(to);
				next.push(to);
			}
		}
	}
	const along = flow.links.filter((l) => stops.has(l.from) && stops.has(l.to) && l.from !== l.to && stops.get(l.from)?.reached);
	const links = along.map(({ from, to }) => ({ from, to, passes: stops.get(to)?.reached === true, by: '' }));
	// What is tied to the source and has it from there was reached by the tie.
	const from = new Map(carriers.filter((h) => h.classifications.some((c) => c.type === name && c.source === source.guid)).map((h) => [h.guid, h]));
	for (const { guid, relationship, gone } of tied) {
		const header = from.get(guid);
		if (!header || gone || seen.has(guid)) continue;
		seen.add(guid);
		if (stops.size >= most) left++;
		else {
			stops.set(guid, { guid, name: header.name, type: header.type, source: false, reached: true });
			links.push({ from: source.guid, to: guid, passes: true, by: relationship });
		}
	}
	for (const guid of from.keys()) if (!seen.has(guid)) left++;
	return { stops, links, left };
}

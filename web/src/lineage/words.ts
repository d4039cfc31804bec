// How the things of a lineage are called, in the graph and in the list alike.

import { asList, asRecord, asText } from '../api/decode';
import { nameOf, typeWord } from '../api/nodes';
import type { Expander, Vertex } from './drawing';
import type { Side, Thing } from './world';

const places = { self: 'this', up: 'upstream', down: 'downstream', beside: 'beside' } as const;

export function placeWord(vertex: Vertex): string {
	return places[vertex.side];
}

export function sideWord(side: Side): string {
	return places[side];
}

/** Gives what a thing is called first: the name that tells the most people something. */
export function thingName(thing: Thing): string {
	const named = thing.names.find((node) => node.name) ?? thing.names[0];
	return named ? nameOf(named) : String(thing.id);
}

export function thingType(thing: Thing): string {
	return thing.names[0] ? typeWord(thing.names[0]) : '';
}

/** Says under its name what a vertex is. */
export function detailWord({ thing, stack }: Vertex): string {
	const version = thing.names[0]?.version;
	if (stack) return `opens ${Math.min(10, stack.length)} at a time`;
	const names = thing.names.length > 1 ? [`${thing.names.length} names`] : [];
	return [thingType(thing) + (version ? ` ${version}` : ''), ...names].join(' · ');
}

export function vertexName({ thing, stack }: Vertex): string {
	return stack ? `${stack.length} × ${thingType(thing)}` : thingName(thing);
}

/** Says how a column came of another, in the words of its producer. */
export function howWord(detail: unknown): string {
	const d = asRecord(detail);
	const steps = asList(d.transformations).map(asRecord).map((t) => [asText(t.type), asText(t.subtype), asText(t.description)].filter(Boolean).join(' '));
	const whole = [asText(d.transformationType), asText(d.transformationDescription)].filter(Boolean).join(': ');
	return [...steps, whole].filter(Boolean).join('; ') || (typeof detail === 'string' ? detail : Object.keys(d).length > 0 ? JSON.stringify(d) : '');
}

/** Shows how much an expander hides. */
export function countWord({ open, count, exact }: Expander): string {
	if (open) return '−';
	return exact ? `+${count}` : `+${count || ''}…`;
}

export function expanderWord(expander: Expander, side: Side, of: string): string {
	if (expander.open) return `Hide what is ${sideWord(side)} of ${of}`;
	return `Show ${expander.count || ''}${expander.exact ? '' : ' or more'} ${sideWord(side)} of ${of}`.replace(/ {2,}/g, ' ');
}

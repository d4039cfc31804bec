// The lineage of columns as something to draw: each column is a vertex, below its
// name stands what it is a column of. What is one artifact has its columns once.

import { nameOf } from '../api/nodes';
import type { Column, Columns } from '../api/lineage';
import type { Drawing, Vertex } from './drawing';

export interface ColumnDrawing {
	drawing: Drawing;
	columns: Map<string, Column>; // by the keys of vertices
}

/** Draws columns around those of one artifact, the first of which is the start. */
export function columnDrawingOf(answer: Columns, self: number): ColumnDrawing {
	const one = new Map(answer.joined.flatMap((group) => group.map((id) => [id, group[0] as number] as const)));
	const standsFor = (id: number) => one.get(id) ?? id;
	const nodes = new Map(answer.nodes.map((node) => [node.id, node]));
	const columns = new Map<string, Column>();
	const vertices = new Map<string, Vertex>();
	const place = (column: Column): string => {
		const id = standsFor(column.node);
		const key = `${id} ${column.name}`;
		if (columns.has(key)) return key;
		const owner = nodes.get(column.node) ?? nodes.get(id);
		const name = { ...(owner ?? blank), id, name: column.name, type: owner ? nameOf(owner) : `node ${id}`, kind: 'artifact', version: '' };
		columns.set(key, column);
		vertices.set(key, { key, thing: { id, names: [name], ties: [] }, stack: undefined, hop: 0, side: id === standsFor(self) ? 'self' : 'beside', relation: '', parent: undefined, expanders: {} });
		return key;
	};
	const edges = new Map<string, { from: string; to: string }>();
	for (const { from, to } of answer.edges) {
		const edge = { from: place(from), to: place(to) };
		if (edge.from !== edge.to) edges.set(`${edge.from}>${edge.to}`, edge);
	}
	lieBesides(vertices, [...edges.values()]);
	const start = [...vertices.values()].find((v) => v.side === 'self')?.key ?? [...vertices.keys()][0] ?? '';
	return { drawing: { vertices, edges: [...edges.values()], start }, columns };
}

const blank = { depth: 0, created: undefined, protocol: '', uid: '', uri: '', state: '', updated: undefined };

// Says on which side of the artifact's own columns the others lie, and how far.
function lieBesides(vertices: Map<string, Vertex>, edges: { from: string; to: string }[]): void {
	for (const [side, near, far] of [['up', 'to', 'from'], ['down', 'from', 'to']] as const) {
		let level = new Set([...vertices.values()].filter((v) => v.side === 'self').map((v) => v.key));
		for (let hop = 1; level.size > 0; hop++) {
			const next = new Set<string>();
			for (const edge of edges) {
				const vertex = vertices.get(edge[far]);
				if (!level.has(edge[near]) || vertex?.side !== 'beside') continue;
				[vertex.side, vertex.hop, vertex.parent] = [side, hop, edge[near]];
				next.add(vertex.key);
			}
			level = next;
		}
	}
}

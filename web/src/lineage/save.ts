// The picture of a lineage as files: SVG, as it is drawn, and the language of Graphviz.

import { shorten } from '../text/shorten';
import type { Drawing, Vertex } from './drawing';
import { box, curveOf, tipOf, type Layout } from './layout';
import { detailWord, vertexName } from './words';

const margin = 24;
const look = {
	light: { page: '#ffffff', line: '#8a93a3', text: '#1b1f27', soft: '#4d5666', start: '#eaf0fe', accent: '#2457d6' },
	dark: { page: '#15171c', line: '#6b7484', text: '#e8eaee', soft: '#b3bac6', start: '#232c44', accent: '#7da2ff' },
} as const;

/** Draws a layout by itself, with the colours of a theme. */
export function svgOf(drawing: Drawing, layout: Layout, theme: keyof typeof look): string {
	const { page, line, text, soft, start, accent } = look[theme];
	const lines = layout.lines.map((l) => `<path d="${curveOf(l)}" fill="none" stroke="${line}"${l.back ? ' stroke-dasharray="4 4"' : ''}/><path d="${tipOf(l)}" fill="${line}"/>`);
	const boxes = [...drawing.vertices.values()].flatMap((vertex) => {
		const spot = layout.spots.get(vertex.key);
		if (!spot) return [];
		const first = vertex.key === drawing.start;
		const round = vertex.thing.names[0]?.kind === 'execution' ? box.height / 2 : 6;
		return [
			`<g transform="translate(${spot.x} ${spot.y})"><title>${escaped(vertexName(vertex))}</title>` +
				`<rect width="${box.width}" height="${box.height}" rx="${round}" fill="${first ? start : page}" stroke="${first ? accent : line}"/>` +
				`<text x="16" y="20" font-size="13" font-weight="500" fill="${text}">${escaped(shorten(vertexName(vertex), 23))}</text>` +
				`<text x="16" y="37" font-size="11" fill="${soft}">${escaped(shorten(detailWord(vertex), 30))}</text></g>`,
		];
	});
	const [width, height] = [layout.width + 2 * margin, layout.height + 2 * margin];
	return (
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-margin} ${-margin} ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif">\n` +
		`<rect x="${-margin}" y="${-margin}" width="${width}" height="${height}" fill="${page}"/>\n${[...lines, ...boxes].join('\n')}\n</svg>\n`
	);
}

// What XML has no form for is left out.
function escaped(text: string): string {
	return text
		.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '')
		.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

/** Writes a drawing for Graphviz. */
export function dotOf(drawing: Drawing): string {
	const node = (vertex: Vertex) => {
		const round = vertex.thing.names[0]?.kind === 'execution' ? ', style=rounded' : '';
		return `  ${quoted(vertex.key)} [label=${quoted(`${vertexName(vertex)}\n${detailWord(vertex)}`)}${round}];`;
	};
	const edges = drawing.edges.map(({ from, to }) => `  ${quoted(from)} -> ${quoted(to)};`);
	return ['digraph lineage {', '  rankdir=LR;', '  node [shape=box];', ...[...drawing.vertices.values()].map(node), ...edges, '}', ''].join('\n');
}

function quoted(text: string): string {
	return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\0', '')}"`;
}

/** Hands a file to the browser to be kept. */
export function keep(name: string, type: string, ...parts: BlobPart[]): void {
	const link = document.createElement('a');
	link.href = URL.createObjectURL(new Blob(parts, { type }));
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

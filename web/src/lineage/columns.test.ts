import { expect, test } from 'vitest';
import { readLineageNode, type Columns } from '../api/lineage';
import { columnDrawingOf } from './columns';
import { detailWord, vertexName } from './words';

const node = (id: number, name: string) => readLineageNode({ id, name, kind: 'artifact', type: 'T' });
const edge = (from: string, to: string) => {
	const end = (text: string) => ({ node: Number(text.split('.')[0]), name: text.split('.')[1] as string });
	return { from: end(from), to: end(to), execution: 0, detail: undefined };
};

test('columns are vertices, those of what is one artifact once, on the side where they lie', () => {
	const answer: Columns = {
		nodes: [node(1, 'raw'), node(2, 'clean'), node(3, 'clean again'), node(4, 'sample')],
		edges: [edge('1.kwh', '2.load'), edge('3.load', '4.mean'), edge('3.load', '4.sum'), edge('2.load', '3.load')],
		joined: [[2, 3]],
		truncated: false,
	};
	const { drawing, columns } = columnDrawingOf(answer, 3);
	expect([...drawing.vertices.values()].map((v) => [v.key, vertexName(v), detailWord(v), v.side, v.hop])).toEqual([
		['1 kwh', 'kwh', 'raw', 'up', 1], ['2 load', 'load', 'clean', 'self', 0], ['4 mean', 'mean', 'sample', 'down', 1], ['4 sum', 'sum', 'sample', 'down', 1],
	]);
	expect(drawing.start).toBe('2 load');
	expect(drawing.edges).toEqual([{ from: '1 kwh', to: '2 load' }, { from: '2 load', to: '4 mean' }, { from: '2 load', to: '4 sum' }]);
	expect(columns.get('4 mean')).toEqual({ node: 4, name: 'mean' });
});

test('nothing is drawn of nothing', () => {
	expect(columnDrawingOf({ nodes: [], edges: [], joined: [], truncated: false }, 1).drawing).toEqual({ vertices: new Map(), edges: [], start: '' });
});

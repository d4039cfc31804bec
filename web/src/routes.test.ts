import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogViews, kinds, pathOf, routeOf, type Route } from './routes';

const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((s) => s.isWellFormed());
const route: fc.Arbitrary<Route> = fc.oneof(
	fc.constantFrom<Route>({ page: 'home' }, { page: 'experiments' }, { page: 'models' }, { page: 'audit' }, { page: 'compare' }, { page: 'between' }),
	fc.constantFrom(...kinds).map((kind): Route => ({ page: 'metadata', kind })),
	name.map((experiment): Route => ({ page: 'runs', experiment })),
	name.map((run): Route => ({ page: 'run', run })),
	name.map((model): Route => ({ page: 'model', model })),
	fc.tuple(name, name).map(([model, version]): Route => ({ page: 'version', model, version })),
	fc.tuple(name, fc.nat(), fc.nat()).map(([model, left, right]): Route => ({ page: 'difference', model, left: String(left), right: String(right) })),
	name.map((node): Route => ({ page: 'node', node })),
	fc.constantFrom(...catalogViews).map((view): Route => ({ page: 'catalog', view, name: '' })),
	fc.tuple(fc.constantFrom(...(['entities', 'types', 'classifications'] as const)), name).map(([view, name]): Route => ({ page: 'catalog', view, name })),
);

test('a page is found again by its path, whatever its name', () => {
	fc.assert(fc.property(route, (r) => void expect(routeOf(pathOf(r))).toEqual(r)));
});

test('what is no page has no route', () => {
	for (const path of ['/runs', '/nodes', '/nodes/', '/nodes/1/x', '/experiments/', '/experiments/1/x', '/api/x', '/models/%zz', '/models/m/diff/1', '/models/m/diff/1..x', '/models/m/versions', '/models/m/versions/', '/catalog/entities', '/catalog/glossary/x', '/catalog/types/', '']) expect(routeOf(path)).toBeUndefined();
});

// The pages of the application. The server answers at these addresses alone
// (pages in web/wire.go); a test holds both together.

export type Route =
	| { page: 'home' }
	| { page: 'experiments' }
	| { page: 'runs'; experiment: string }
	| { page: 'run'; run: string }
	| { page: 'models' }
	| { page: 'model'; model: string }
	| { page: 'version'; model: string; version: string }
	| { page: 'difference'; model: string; left: string; right: string } // of two of its versions
	| { page: 'node'; node: string } // its id, or any reference that the server takes
	| { page: 'metadata'; kind: Kind }
	| { page: 'between' }
	| { page: 'audit' }
	| { page: 'catalog'; view: CatalogView; name: string } // a name only where the view has pages of single things
	| { page: 'compare' }; // which runs, its query string says

export const kinds = ['artifact', 'execution', 'context'] as const;
export type Kind = (typeof kinds)[number];

export const catalogViews = ['entities', 'types', 'classifications', 'glossary', 'search'] as const;
export type CatalogView = (typeof catalogViews)[number];

const patterns: [pattern: RegExp, make: (name: string, second: string) => Route | undefined][] = [
	[/^\/$/, () => ({ page: 'home' })],
	[/^\/experiments$/, () => ({ page: 'experiments' })],
	[/^\/experiments\/([^/]+)$/, (experiment) => ({ page: 'runs', experiment })],
	[/^\/runs\/([^/]+)$/, (run) => ({ page: 'run', run })],
	[/^\/models$/, () => ({ page: 'models' })],
	[/^\/models\/([^/]+)$/, (model) => ({ page: 'model', model })],
	[/^\/models\/([^/]+)\/versions\/([^/]+)$/, (model, version) => ({ page: 'version', model, version })],
	[/^\/models\/([^/]+)\/diff\/([^/]+)$/, difference],
	[/^\/nodes\/([^/]+)$/, (node) => ({ page: 'node', node })],
	[/^\/artifacts$/, () => ({ page: 'metadata', kind: 'artifact' })],
	[/^\/executions$/, () => ({ page: 'metadata', kind: 'execution' })],
	[/^\/contexts$/, () => ({ page: 'metadata', kind: 'context' })],
	[/^\/lineage$/, () => ({ page: 'between' })],
	[/^\/audit$/, () => ({ page: 'audit' })],
	[/^\/catalog$/, () => ({ page: 'catalog', view: 'entities', name: '' })],
	[/^\/catalog\/types$/, () => ({ page: 'catalog', view: 'types', name: '' })],
	[/^\/catalog\/types\/([^/]+)$/, (name) => ({ page: 'catalog', view: 'types', name })],
	[/^\/catalog\/entities\/([^/]+)$/, (name) => ({ page: 'catalog', view: 'entities', name })],
	[/^\/catalog\/classifications$/, () => ({ page: 'catalog', view: 'classifications', name: '' })],
	[/^\/catalog\/classifications\/([^/]+)$/, (name) => ({ page: 'catalog', view: 'classifications', name })],
	[/^\/catalog\/glossary$/, () => ({ page: 'catalog', view: 'glossary', name: '' })],
	[/^\/catalog\/search$/, () => ({ page: 'catalog', view: 'search', name: '' })],
	[/^\/compare$/, () => ({ page: 'compare' })],
];

function difference(model: string, pair: string): Route | undefined {
	const [, left, right] = /^(\d+)\.\.(\d+)$/.exec(pair) ?? [];
	return left && right ? { page: 'difference', model, left, right } : undefined;
}

/** Gives the page at a path, or nothing where there is none. */
export function routeOf(path: string): Route | undefined {
	for (const [pattern, make] of patterns) {
		const match = pattern.exec(path);
		if (!match) continue;
		try {
			const [name = '', second = ''] = match.slice(1).map(decodeURIComponent);
			return make(name, second);
		} catch {
			return undefined; // a broken escape
		}
	}
	return undefined;
}

/** Gives the path of a page. */
export function pathOf(route: Route): string {
	switch (route.page) {
		case 'home':
			return '/';
		case 'experiments':
			return '/experiments';
		case 'models':
			return '/models';
		case 'runs':
			return `/experiments/${encodeURIComponent(route.experiment)}`;
		case 'run':
			return `/runs/${encodeURIComponent(route.run)}`;
		case 'model':
			return `/models/${encodeURIComponent(route.model)}`;
		case 'version':
			return `/models/${encodeURIComponent(route.model)}/versions/${encodeURIComponent(route.version)}`;
		case 'difference':
			return `/models/${encodeURIComponent(route.model)}/diff/${route.left}..${route.right}`;
		case 'node':
			return `/nodes/${encodeURIComponent(route.node)}`;
		case 'metadata':
			return `/${route.kind}s`;
		case 'between':
			return '/lineage';
		case 'audit':
			return '/audit';
		case 'catalog':
			if (route.name) return `/catalog/${route.view}/${encodeURIComponent(route.name)}`;
			return route.view === 'entities' ? '/catalog' : `/catalog/${route.view}`;
		case 'compare':
			return '/compare';
	}
}

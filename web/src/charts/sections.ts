// Metrics in sections by what their names begin with.

export interface Section {
	name: string; // empty for those that share their beginning with no other
	metrics: string[];
}

export function sectionsOf(metrics: string[]): Section[] {
	const found = new Map<string, string[]>();
	for (const metric of metrics) {
		const name = metric.includes('/') ? metric.slice(0, metric.indexOf('/')) : '';
		const list = found.get(name);
		if (list) list.push(metric);
		else found.set(name, [metric]);
	}
	const shared = [...found].filter(([name, list]) => name !== '' && list.length > 1);
	const others = [...found].filter(([name, list]) => name === '' || list.length === 1).flatMap(([, list]) => list).sort();
	const sections = shared.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, list]) => ({ name, metrics: list }));
	return others.length > 0 ? [...sections, { name: '', metrics: others }] : sections;
}

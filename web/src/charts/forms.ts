// The forms in which the runs of an experiment are shown: view in the address bar.

export const forms = ['table', 'charts', 'params', 'compare'] as const;
export type Form = (typeof forms)[number];

export function formOf(search: string, usual: Form = 'table'): Form {
	const view = new URLSearchParams(search).get('view');
	return forms.find((form) => form === view) ?? usual;
}

/** Gives the query string of another form of the same runs. */
export function withForm(search: string, form: Form, usual: Form = 'table'): string {
	const params = new URLSearchParams(search);
	if (form === usual) params.delete('view');
	else params.set('view', form);
	params.delete('open');
	const text = params.toString();
	return text && '?' + text;
}

// What an audit of entities says, in words.

const words: Record<string, string> = {
	ENTITY_CREATE: 'Created',
	ENTITY_UPDATE: 'Changed',
	ENTITY_DELETE: 'Deleted',
	ENTITY_PURGE: 'Purged',
	ENTITY_IMPORT_CREATE: 'Created by an import',
	ENTITY_IMPORT_UPDATE: 'Changed by an import',
	ENTITY_IMPORT_DELETE: 'Deleted by an import',
	CLASSIFICATION_ADD: 'Classification added',
	CLASSIFICATION_DELETE: 'Classification removed',
	CLASSIFICATION_UPDATE: 'Classification changed',
	PROPAGATED_CLASSIFICATION_ADD: 'Classification carried here',
	PROPAGATED_CLASSIFICATION_DELETE: 'Classification no longer carried',
	PROPAGATED_CLASSIFICATION_UPDATE: 'Carried classification changed',
	TERM_ADD: 'Term assigned',
	TERM_DELETE: 'Term taken away',
	LABEL_ADD: 'Labels added',
	LABEL_DELETE: 'Labels removed',
	CUSTOM_ATTRIBUTE_UPDATE: 'Custom attributes changed',
	BUSINESS_ATTRIBUTE_UPDATE: 'Business metadata changed',
};

/** What can happen to an entity. */
export const actions = Object.keys(words);

export function actionWord(action: string): string {
	return Object.hasOwn(words, action) ? (words[action] as string) : action.toLowerCase().replaceAll('_', ' ');
}

/** Gives the details of an event: the fields of an object that is in them, or else the
 * text behind what repeats the action. */
export function detailsOf(details: string): { fields: [string, string][]; text: string } {
	const at = details.indexOf('{');
	const lead = at < 0 ? details : details.slice(0, at);
	const text = lead.replace(/^[A-Z][a-z]+(?: [a-z]+)*:\s*/, '').trim();
	if (at < 0) return { fields: [], text };
	try {
		const value: unknown = JSON.parse(details.slice(at));
		if (typeof value !== 'object' || value === null) return { fields: [], text: details };
		const inside = 'attributes' in value && typeof value.attributes === 'object' && value.attributes !== null ? { ...('typeName' in value ? { typeName: value.typeName } : {}), ...value.attributes } : value;
		const fields = Object.entries(inside)
			.filter(([, v]) => v !== null && v !== '' && v !== undefined)
			.map(([key, v]) => [key, typeof v === 'object' ? JSON.stringify(v) : String(v)] as [string, string]);
		return { fields, text };
	} catch {
		return { fields: [], text: details };
	}
}

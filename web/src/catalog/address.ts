// Addresses of the pages of the catalog.

import { pathOf } from '../routes';
import { readEntitiesView, writeEntitiesView, type EntitiesView } from './entitiesview';

export const entityAddress = (guid: string) => pathOf({ page: 'catalog', view: 'entities', name: guid });
export const typeAddress = (name: string) => pathOf({ page: 'catalog', view: 'types', name });
export const classificationAddress = (name: string) => pathOf({ page: 'catalog', view: 'classifications', name });

/** The page of a term, category or glossary, which stand in one tree. */
export const glossaryAddress = (guid: string) => `${pathOf({ page: 'catalog', view: 'glossary', name: '' })}?${new URLSearchParams({ at: guid })}`;

/** The page that searches in the language. */
export const dslAddress = (query: string) => `${pathOf({ page: 'catalog', view: 'search', name: '' })}?${new URLSearchParams({ dsl: query })}`;

/** The page that makes an entity, of a type where that is known. No guid is "new". */
export const newEntityAddress = (type: string) => entityAddress('new') + (type && `?${new URLSearchParams({ type })}`);

/** The page that makes an entity out of what is known of another. */
export const copyAddress = (guid: string) => `${entityAddress('new')}?${new URLSearchParams({ like: guid })}`;

/** The list of entities, narrowed down. */
export const entitiesAddress = (part: Partial<EntitiesView>) => pathOf({ page: 'catalog', view: 'entities', name: '' }) + writeEntitiesView({ ...readEntitiesView(''), ...part });

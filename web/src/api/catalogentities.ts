// Entities and their classifications, by Atlas's protocol.

import { get, post, send } from './call';
import { asList, asNumber, asRecord, asText } from './decode';

const base = '/api/atlas/v2/entity';

export interface Validity {
	start: string; // as 2026/01/31 09:00:00; empty where it has no bound
	end: string;
	zone: string;
}

export interface Classification {
	type: string;
	attributes: Map<string, unknown>;
	source: string; // guid of the entity that it was put on
	propagate: boolean;
	removeOnDelete: boolean; // of the source, from all that carry it
	validity: Validity[];
}

/** A term as an entity or another term knows it. */
export interface Meaning {
	term: string; // its guid
	name: string;
	relation: string; // guid of the tie
}

export interface EntityHeader {
	guid: string;
	type: string;
	name: string;
	deleted: boolean;
	attributes: Map<string, unknown>;
	classifications: Classification[];
	classificationNames: string[];
	meanings: Meaning[];
	labels: string[];
}

/** The other end of a relationship. */
export interface Related {
	guid: string;
	type: string;
	name: string;
	deleted: boolean;
	relationship: string; // type
	relationshipGuid: string;
	gone: boolean; // the relationship was deleted
	attributes: Map<string, unknown>; // of the relationship
}

export interface Entity {
	guid: string;
	type: string;
	deleted: boolean;
	created: number | undefined;
	createdBy: string;
	updated: number | undefined;
	updatedBy: string;
	version: number | undefined;
	incomplete: boolean;
	attributes: Map<string, unknown>;
	relationships: Map<string, Related[]>;
	classifications: Classification[];
	labels: string[];
	custom: Map<string, string>;
	business: Map<string, Map<string, unknown>>;
	meanings: Meaning[];
	raw: unknown;
}

export function entriesOf(x: unknown): Map<string, unknown> {
	return new Map(Object.entries(asRecord(x)));
}

export function readClassification(x: unknown): Classification {
	const c = asRecord(x);
	return {
		type: asText(c.typeName),
		attributes: entriesOf(c.attributes),
		source: asText(c.entityGuid),
		propagate: c.propagate !== false,
		removeOnDelete: c.removePropagationsOnEntityDelete === true,
		validity: asList(c.validityPeriods).map((y) => {
			const v = asRecord(y);
			return { start: asText(v.startTime), end: asText(v.endTime), zone: asText(v.timeZone) };
		}),
	};
}

function readMeaning(x: unknown): Meaning {
	const m = asRecord(x);
	return { term: asText(m.termGuid) || asText(m.guid), name: asText(m.displayText) || asText(m.termGuid), relation: asText(m.relationGuid) || asText(m.relationshipGuid) };
}

export function readHeader(x: unknown): EntityHeader {
	const h = asRecord(x);
	const attributes = entriesOf(h.attributes);
	const classifications = asList(h.classifications).map(readClassification);
	return {
		guid: asText(h.guid),
		type: asText(h.typeName),
		name: asText(h.displayText) || nameIn(attributes) || asText(h.guid),
		deleted: h.status === 'DELETED',
		attributes,
		classifications,
		classificationNames: asList(h.classificationNames).map(asText),
		meanings: asList(h.meanings).map(readMeaning),
		labels: asList(h.labels).map(asText),
	};
}

function nameIn(attributes: Map<string, unknown>): string {
	for (const key of ['displayName', 'name', 'qualifiedName', 'id']) {
		const text = asText(attributes.get(key));
		if (text) return text;
	}
	return '';
}

/** Gives what to call an entity by. */
export const entityName = (entity: Pick<Entity, 'attributes' | 'guid'>) => nameIn(entity.attributes) || entity.guid;

export function readRelated(x: unknown): Related {
	const r = asRecord(x);
	return {
		guid: asText(r.guid),
		type: asText(r.typeName),
		name: asText(r.displayText) || asText(asRecord(r.uniqueAttributes).qualifiedName) || asText(r.qualifiedName) || asText(r.guid),
		deleted: r.entityStatus === 'DELETED',
		relationship: asText(r.relationshipType),
		relationshipGuid: asText(r.relationshipGuid),
		gone: r.relationshipStatus === 'DELETED',
		attributes: entriesOf(asRecord(r.relationshipAttributes).attributes),
	};
}

export function readEntity(x: unknown): Entity {
	const e = asRecord(x);
	const relationships = new Map<string, Related[]>();
	let meanings: Meaning[] = asList(e.meanings).map(readMeaning);
	for (const [name, value] of Object.entries(asRecord(e.relationshipAttributes))) {
		const ends = (Array.isArray(value) ? value : value ? [value] : []).map(readRelated).filter((r) => r.guid !== '');
		if (name === 'meanings') meanings = meanings.length > 0 ? meanings : ends.map((r) => ({ term: r.guid, name: r.name, relation: r.relationshipGuid }));
		else relationships.set(name, ends);
	}
	return {
		guid: asText(e.guid),
		type: asText(e.typeName),
		deleted: e.status === 'DELETED',
		created: asNumber(e.createTime),
		createdBy: asText(e.createdBy),
		updated: asNumber(e.updateTime),
		updatedBy: asText(e.updatedBy),
		version: asNumber(e.version),
		incomplete: e.isIncomplete === true,
		attributes: entriesOf(e.attributes),
		relationships,
		classifications: asList(e.classifications).map(readClassification),
		labels: asList(e.labels).map(asText),
		custom: new Map(Object.entries(asRecord(e.customAttributes)).map(([key, value]) => [key, asText(value)])),
		business: new Map(Object.entries(asRecord(e.businessAttributes)).map(([name, values]) => [name, entriesOf(values)])),
		meanings,
		raw: x,
	};
}

export async function getEntity(guid: string, signal?: AbortSignal): Promise<Entity> {
	return readEntity(asRecord(await get(`${base}/guid/${encodeURIComponent(guid)}`, { minExtInfo: 'true' }, signal)).entity);
}

export async function getHeader(guid: string, signal?: AbortSignal): Promise<EntityHeader> {
	return readHeader(await get(`${base}/guid/${encodeURIComponent(guid)}/header`, {}, signal));
}

/** Gives the guid of the entity of a type that a value names. */
export async function getByUnique(type: string, attribute: string, value: string, signal?: AbortSignal): Promise<Entity> {
	return readEntity(asRecord(await get(`${base}/uniqueAttribute/type/${encodeURIComponent(type)}`, { [`attr:${attribute}`]: value }, signal)).entity);
}

/** Something that happened to an entity. */
export interface AuditEvent {
	key: string;
	time: number | undefined;
	user: string;
	action: string;
	details: string;
}

const auditPage = 50;

export async function listAudit(guid: string, token: string | undefined, signal: AbortSignal, action = ''): Promise<{ items: AuditEvent[]; next: string | undefined }> {
	const from = Number(token ?? 0);
	const answer = asList(await get(`${base}/${encodeURIComponent(guid)}/audit`, { count: String(auditPage), offset: String(from), sortBy: 'timestamp', sortOrder: 'desc', ...(action && { auditAction: action }) }, signal));
	const items = answer.map((x) => {
		const e = asRecord(x);
		return { key: asText(e.eventKey), time: asNumber(e.timestamp), user: asText(e.user), action: asText(e.action), details: asText(e.details) };
	});
	return { items, next: items.length < auditPage ? undefined : String(from + auditPage) };
}

/** What is put on an entity. */
export interface NewClassification {
	typeName: string;
	attributes?: Record<string, unknown>;
	propagate: boolean;
	removePropagationsOnEntityDelete: boolean;
	validityPeriods?: { startTime?: string; endTime?: string; timeZone?: string }[];
}

const at = (guid: string) => `${base}/guid/${encodeURIComponent(guid)}`;

export const classify = (guid: string, c: NewClassification) => post(`${at(guid)}/classifications`, [c]);
export const reclassify = (guid: string, c: NewClassification) => send('PUT', `${at(guid)}/classifications`, [c]);
export const declassify = (guid: string, type: string) => send('DELETE', `${at(guid)}/classification/${encodeURIComponent(type)}`, undefined);

/** Gives what is to be sent to have a classification again as it was. */
export function asNew(c: Classification): NewClassification {
	const again: NewClassification = {
		typeName: c.type,
		attributes: Object.fromEntries(c.attributes),
		propagate: c.propagate,
		removePropagationsOnEntityDelete: c.removeOnDelete,
	};
	if (c.validity.length > 0)
		again.validityPeriods = c.validity.map((v) => ({ ...(v.start && { startTime: v.start }), ...(v.end && { endTime: v.end }), ...(v.zone && { timeZone: v.zone }) }));
	return again;
}

export const addLabels = (guid: string, labels: string[]) => send('PUT', `${at(guid)}/labels`, labels);
export const removeLabels = (guid: string, labels: string[]) => send('DELETE', `${at(guid)}/labels`, labels);

export const setBusiness = (guid: string, name: string, values: Record<string, unknown>) => post(`${at(guid)}/businessmetadata/${encodeURIComponent(name)}`, values);
export const removeBusiness = (guid: string, name: string, values: Record<string, unknown>) => send('DELETE', `${at(guid)}/businessmetadata/${encodeURIComponent(name)}`, values);

export const deleteEntity = (guid: string) => send('DELETE', at(guid), undefined);

/** Makes an entity or changes one, and gives its guid. What it says of custom attributes
 * is all that there are of them. */
export async function saveEntity(entity: Record<string, unknown>): Promise<string> {
	const answer = asRecord(await post(base, { entity }));
	const { CREATE, UPDATE } = asRecord(answer.mutatedEntities);
	const [made] = [...asList(CREATE), ...asList(UPDATE)].map(readHeader);
	return asText(entity.guid) || (made?.guid ?? '') || asText(Object.values(asRecord(answer.guidAssignments))[0]);
}

/** Gives the entity of a type that has a unique value already, if there is one. */
export async function holderOf(type: string, attribute: string, value: string): Promise<EntityHeader | undefined> {
	const answer = asRecord(await get(`${base}/bulk/uniqueAttribute/type/${encodeURIComponent(type)}`, { [`attr_0:${attribute}`]: value, minExtInfo: 'true', ignoreRelationships: 'true' }));
	return asList(answer.entities).map(readHeader)[0];
}

export const classifyAll = (guids: string[], classification: NewClassification) => post(`${base}/bulk/classification`, { classification, entityGuids: guids });
export const deleteEntities = (guids: string[]) => send('DELETE', `${base}/bulk?${new URLSearchParams(guids.map((guid) => ['guid', guid]))}`, undefined);
export const purgeEntities = (guids: string[]) => send('PUT', '/api/atlas/admin/purge', guids);

/** A relationship as it is made or changed. */
export interface Tie {
	typeName: string;
	guid?: string;
	end1: { guid: string; typeName: string };
	end2: { guid: string; typeName: string };
	attributes?: Record<string, unknown>;
}
/** Relates two entities and gives the guid of the relationship. */
export const relate = async (tie: Tie) => asText(asRecord(await post('/api/atlas/v2/relationship', tie)).guid);
export const unrelate = (guid: string) => send('DELETE', `/api/atlas/v2/relationship/guid/${encodeURIComponent(guid)}`, undefined);

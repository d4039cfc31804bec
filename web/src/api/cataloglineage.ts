// Lineage by Atlas's protocol, as far as the way of classifications needs it.

import { get } from './call';
import { readHeader, type EntityHeader } from './catalogentities';
import { asList, asRecord, asText } from './decode';

export interface Flow {
	entities: Map<string, EntityHeader>;
	links: { from: string; to: string; guid: string }[];
}

/** Gives what was made of an entity, so many steps far. */
export async function getFlow(guid: string, depth: number, signal: AbortSignal): Promise<Flow> {
	return readFlow(await get(`/api/atlas/v2/lineage/${encodeURIComponent(guid)}`, { direction: 'OUTPUT', depth: String(depth) }, signal));
}

export function readFlow(x: unknown): Flow {
	const answer = asRecord(x);
	return {
		entities: new Map(Object.entries(asRecord(answer.guidEntityMap)).map(([guid, header]) => [guid, readHeader(header)])),
		links: asList(answer.relations).map((y) => {
			const r = asRecord(y);
			return { from: asText(r.fromEntityId), to: asText(r.toEntityId), guid: asText(r.relationshipId) };
		}),
	};
}

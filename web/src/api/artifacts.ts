// The files of what has files: runs, logged models and model versions.

import { get } from './call';
import { asList, asNumber, asRecord, asText } from './decode';
import type { ArtifactFile, Page } from './mlflow';

/** Files that can be had by their paths. */
export interface Files {
	ref: string; // by which the server's own protocol calls what they belong to
	address(path: string): string; // of a download
}

/** Files in folders that can be listed. */
export interface Artifacts extends Files {
	list(folder: string, token: string | undefined, signal: AbortSignal): Promise<Page<ArtifactFile>>;
}

export function runArtifacts(run: string): Artifacts {
	return {
		ref: `runs:/${run}`,
		list: (path, token, signal) => list('/api/2.0/mlflow/artifacts/list', { run_id: run, path: path || undefined, page_token: token }, signal),
		address: (path) => '/get-artifact?' + new URLSearchParams({ run_uuid: run, path }),
	};
}

export function modelArtifacts(model: string): Artifacts {
	const below = `2.0/mlflow/logged-models/${encodeURIComponent(model)}/artifacts`;
	return {
		ref: `models:/${model}`,
		list: (path, token, signal) => list(`/api/${below}/directories`, { artifact_directory_path: path || undefined, page_token: token }, signal),
		address: (path) => `/ajax-api/${below}/files?` + new URLSearchParams({ artifact_file_path: path }),
	};
}

async function list(address: string, params: Record<string, string | undefined>, signal: AbortSignal): Promise<Page<ArtifactFile>> {
	const answer = asRecord(await get(address, params, signal));
	const items = asList(answer.files).map((x) => {
		const f = asRecord(x);
		return { path: asText(f.path), folder: f.is_dir === true, size: asNumber(f.file_size) };
	});
	return { items, next: asText(answer.next_page_token) || undefined };
}

export function versionFiles(model: string, version: string): Files {
	return {
		ref: `models:/${model}/${version}`,
		address: (path) => '/model-versions/get-artifact?' + new URLSearchParams({ name: model, version, path }),
	};
}

/** Where an HTML file is shown as a page, which has an origin of its own. */
export function pageAddress(ref: string, path: string, scripts: boolean): string {
	return '/api/pedigree/v1/artifact-page?' + new URLSearchParams({ ref, path, ...(scripts && { scripts: 'true' }) });
}

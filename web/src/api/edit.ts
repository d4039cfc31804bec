// What people change by hand, through MLflow's protocol, so that its clients see it.

import { CallError, post, send } from './call';
import { asRecord, asText } from './decode';

const base = '/api/2.0/mlflow';

export const setRunTag = (run: string, key: string, value: string) => post(`${base}/runs/set-tag`, { run_id: run, key, value });
export const deleteRunTag = (run: string, key: string) => post(`${base}/runs/delete-tag`, { run_id: run, key });

export const describeModel = (name: string, description: string) => send('PATCH', `${base}/registered-models/update`, { name, description });
export const setModelTag = (name: string, key: string, value: string) => post(`${base}/registered-models/set-tag`, { name, key, value });
export const deleteModelTag = (name: string, key: string) => send('DELETE', `${base}/registered-models/delete-tag`, { name, key });
export const setAlias = (name: string, alias: string, version: string) => post(`${base}/registered-models/alias`, { name, alias, version });
export const deleteAlias = (name: string, alias: string) => send('DELETE', `${base}/registered-models/alias`, { name, alias });

export const describeVersion = (name: string, version: string, description: string) => send('PATCH', `${base}/model-versions/update`, { name, version, description });
export const setVersionTag = (name: string, version: string, key: string, value: string) => post(`${base}/model-versions/set-tag`, { name, version, key, value });
export const deleteVersionTag = (name: string, version: string, key: string) => send('DELETE', `${base}/model-versions/delete-tag`, { name, version, key });
export const setStage = (name: string, version: string, stage: string) =>
	post(`${base}/model-versions/transition-stage`, { name, version, stage, archive_existing_versions: false });

/** Registers what lies at a source as the next version of a model, which is made if
 * there is none, and gives its number. */
export async function registerVersion(name: string, source: string, run: string, model: string): Promise<string> {
	await post(`${base}/registered-models/create`, { name }).catch((error: unknown) => {
		if (!(error instanceof CallError && /already exists/i.test(error.message))) throw error;
	});
	const answer = asRecord(await post(`${base}/model-versions/create`, { name, source, run_id: run, ...(model && { model_id: model }) }));
	return asText(asRecord(answer.model_version).version);
}

export const deleteVersion = (name: string, version: string) => send('DELETE', `${base}/model-versions/delete`, { name, version });

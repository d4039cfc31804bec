// Lines that lead to a run or version from a notebook, a terminal or a program.

type Lines = { title: string; code: string }[];

/** Writes a word for a shell. */
export function shellWord(word: string): string {
	return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

const curl = (server: string, path: string, params: Record<string, string>) => `curl ${shellWord(`${server}${path}?${new URLSearchParams(params)}`)}`;

export function runLines(server: string, run: string): Lines {
	return [
		{ title: 'Python', code: `import mlflow\n\nmlflow.set_tracking_uri(${JSON.stringify(server)})\nrun = mlflow.get_run(${JSON.stringify(run)})` },
		{ title: 'Terminal', code: `pedigree lineage ${shellWord(`runs:/${run}`)}` },
		{ title: 'curl', code: curl(server, '/api/2.0/mlflow/runs/get', { run_id: run }) },
	];
}

export function versionLines(server: string, model: string, version: string): Lines {
	const ref = `models:/${model}/${version}`;
	const python = `from mlflow import MlflowClient\n\nclient = MlflowClient(${JSON.stringify(server)})\nversion = client.get_model_version(${JSON.stringify(model)}, ${JSON.stringify(version)})`;
	return [
		{ title: 'Python', code: python },
		{ title: 'Terminal', code: `pedigree verify model ${shellWord(model)} ${shellWord(version)}\npedigree provenance ${shellWord(ref)}\npedigree impact ${shellWord(ref)}` },
		{ title: 'curl', code: curl(server, '/api/pedigree/v1/model-version/dossier', { name: model, version }) },
	];
}

// What the tags and metrics of a run say, sorted by what a reader looks for.

import type { Run } from '../api/mlflow';

/** Which program a run was. */
export interface Code {
	source: string; // file or entry point
	commit: string;
	branch: string;
	repository: string;
	commitAddress: string; // where the commit can be read; empty where that is not known
}

export function codeOf(tags: Map<string, string>): Code {
	const tag = (...keys: string[]) => keys.map((k) => tags.get(k)).find((v) => v) ?? '';
	const repository = tag('mlflow.source.git.repoURL', 'mlflow.gitRepoURL');
	const commit = tag('mlflow.source.git.commit');
	return { source: tag('mlflow.source.name'), commit, branch: tag('mlflow.source.git.branch', 'mlflow.gitBranchName'), repository, commitAddress: commitAddress(repository, commit) };
}

/** Knows how the large hosts of Git spell the address of a commit. */
function commitAddress(repository: string, commit: string): string {
	const spelled = /^(?:https?:\/\/(?:[^/@]*@)?|ssh:\/\/git@|git@)((?:[\w-]+\.)*(?:github|gitlab|bitbucket)\.[\w.-]+)[/:]([\w./~-]+?)(?:\.git)?\/?$/.exec(repository);
	if (!spelled || !/^[0-9a-f]{7,64}$/.test(commit)) return '';
	const [, host = '', path = ''] = spelled;
	const word = host.includes('gitlab') ? '-/commit' : host.includes('bitbucket') ? 'commits' : 'commit';
	return `https://${host}/${path}/${word}/${commit}`;
}

/** Metrics of the machine stand apart from those of the model. */
export function splitMetrics(metrics: Map<string, number>): { own: Map<string, number>; system: Map<string, number> } {
	const [own, system] = [new Map<string, number>(), new Map<string, number>()];
	for (const [key, value] of metrics) {
		if (key.startsWith('system/')) system.set(key.slice('system/'.length), value);
		else own.set(key, value);
	}
	return { own, system };
}

const errorKey = /(^|[._\-/ ])(error|exception|traceback|stack_?trace|failure|failure_reason|error_message|status_message)$/i;

/** Gives what a run says of why it failed: MLflow has no place for it, so it stands
 * in tags and params. */
export function errorsOf(run: Run): [key: string, text: string][] {
	return [...run.tags, ...run.params].filter(([key, text]) => errorKey.test(key) && text.trim() !== '');
}

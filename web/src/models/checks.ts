// What a version should have before anybody relies on it.

import type { Dossier } from '../api/dossier';
import type { Files, Version } from '../api/registry';

export interface Check {
	name: string;
	done: boolean;
	todo: string; // what to do where it is not
}

export function checksOf(version: Version, known: Dossier, files: Files | undefined): Check[] {
	return [
		{ name: 'Files have digests', done: files?.state === 'complete', todo: 'Register models whose files this server keeps.' },
		{ name: 'Signature', done: known.manifest.has('inputs') || known.manifest.has('outputs'), todo: 'Log the model with a signature or an input example.' },
		{ name: 'Metrics', done: known.metrics.length > 0, todo: 'Log metrics in the run, or evaluate the model.' },
		{ name: 'Training data', done: known.data.length > 0, todo: 'Call mlflow.log_input with the data set.' },
		{ name: 'Code version', done: [...known.code.keys()].some((key) => /commit|sha|revision/i.test(key)), todo: 'Run the training from a Git repository.' },
		{ name: 'Card', done: version.description !== '', todo: 'Write it below; it begins with what is recorded.' },
	];
}

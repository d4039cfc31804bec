// The rows of a Parquet file, read in a worker that is ended when it takes too long:
// whoever wrote the file decides how much work it makes.

import type { Table } from './table';

export interface ParquetQuestion {
	address: string;
	size: number; // of the file
	rows: number; // at most
	allowed: number; // bytes that may be read for them
}

export interface ParquetAnswer {
	table: Table; // without rows where those need more bytes than allowed
	count: number; // rows of the file
	needs: number; // bytes of the file that hold the rows
}

const patience = 20_000; // ms

export function readParquet(question: ParquetQuestion, signal: AbortSignal): Promise<ParquetAnswer> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL('./parquet.worker.ts', import.meta.url), { type: 'module' });
		const end = (error?: Error) => {
			clearTimeout(timer);
			worker.terminate();
			if (error) reject(error);
		};
		const timer = setTimeout(() => end(new Error(`Its rows were not there after ${patience / 1000} s.`)), patience);
		signal.addEventListener('abort', () => end(new DOMException('', 'AbortError')));
		worker.onerror = () => end(new Error('The part of the page that reads such files cannot be loaded.'));
		worker.onmessage = ({ data }: MessageEvent<ParquetAnswer | string>) => {
			end(typeof data === 'string' ? new Error(data) : undefined);
			if (typeof data !== 'string') resolve(data);
		};
		worker.postMessage(question);
	});
}

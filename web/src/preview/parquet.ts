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

const patience = 5000; // ms of work without an answer; the way of the bytes does not count

/** What the worker says: that it waits for bytes or goes on, what went wrong, or the answer. */
export type Word = boolean | string | ParquetAnswer;

export function readParquet(question: ParquetQuestion, signal: AbortSignal): Promise<ParquetAnswer> {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL('./parquet.worker.ts', import.meta.url), { type: 'module' });
		let timer: ReturnType<typeof setTimeout> | undefined;
		const end = (error?: Error) => {
			clearTimeout(timer);
			worker.terminate();
			if (error) reject(error);
		};
		const late = () => end(new Error(`The file takes more than ${patience / 1000} s of work; it may be broken.`));
		signal.addEventListener('abort', () => end(new DOMException('', 'AbortError')));
		worker.onerror = () => end(new Error('The part of the page that reads such files cannot be loaded.'));
		worker.onmessage = ({ data }: MessageEvent<Word>) => {
			clearTimeout(timer);
			if (data === false) timer = setTimeout(late, patience);
			else if (typeof data === 'string') end(new Error(data));
			else if (typeof data === 'object') {
				end();
				resolve(data);
			}
		};
		worker.postMessage(question);
	});
}

import { getPart } from '../api/call';
import type { ParquetQuestion } from './parquet';
import { readRows } from './parquetrows';

// Columns are read side by side; when one fails that is told, and the others are of no interest.
addEventListener('unhandledrejection', (event) => event.preventDefault());

onmessage = ({ data }: MessageEvent<ParquetQuestion>) => {
	const get = async (from: number, length: number) => (await getPart(data.address, from, length)).bytes.buffer;
	readRows(data, get).then(postMessage, (error: unknown) => postMessage(error instanceof Error ? error.message : String(error)));
};

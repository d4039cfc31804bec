import { getPart } from '../api/call';
import type { ParquetQuestion, Word } from './parquet';
import { readRows } from './parquetrows';

// Columns are read side by side; when one fails that is told, and the others are of no interest.
addEventListener('unhandledrejection', (event) => event.preventDefault());

const say = (word: Word) => postMessage(word);

onmessage = ({ data }: MessageEvent<ParquetQuestion>) => {
	const get = async (from: number, length: number) => {
		say(true);
		const { bytes } = await getPart(data.address, from, length);
		say(false);
		return bytes.buffer;
	};
	readRows(data, get).then(say, (error: unknown) => say(error instanceof Error ? error.message : String(error)));
};

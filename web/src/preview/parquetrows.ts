// The first rows of a Parquet file. Nothing that the file says of itself is believed
// before it is bounded.

import { decompress } from 'fzstd';
import { parquetMetadataAsync, parquetReadObjects, parquetSchema, snappyUncompress, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { gunzip } from 'hyparquet-compressors/src/gzip.js';
import { decompressLz4, decompressLz4Raw } from 'hyparquet-compressors/src/lz4.js';
import type { ParquetAnswer, ParquetQuestion } from './parquet';
import { cellText } from './table';

const footer = 64 * 1024; // bytes at the end that hold all there is to know of most files
const mostUnpacked = 256 * 1024 * 1024;
const longest = 2000; // characters of a cell

/** Reads some bytes of the file. */
export type Get = (from: number, length: number) => Promise<ArrayBuffer>;

/** Gives the first rows of a file, or how many bytes they need. */
export async function readRows(q: Omit<ParquetQuestion, 'address'>, get: Get): Promise<ParquetAnswer> {
	const file = bounded(q, get);
	const metadata = await parquetMetadataAsync(file, { initialFetchSize: Math.min(footer, q.allowed) });
	const columns = parquetSchema(metadata).children.map((c) => c.element.name);
	const count = Number(metadata.num_rows);
	const { packed, unpacked } = weigh(metadata, q.rows);
	if (packed > q.allowed) return { table: { columns, rows: [], more: count > 0 }, count, needs: packed };
	if (unpacked > mostUnpacked) throw new Error('Its first rows take too much memory to be shown.');
	file.allow(packed + footer);
	const rows = await parquetReadObjects({ file, metadata, rowStart: 0, rowEnd: Math.min(q.rows, count), compressors });
	const table = { columns, rows: rows.map((row) => columns.map((c) => cut(row[c]))), more: count > rows.length };
	return { table, count, needs: packed };
}

/** Sums up the parts of the file that hold its first rows. */
function weigh(metadata: FileMetaData, rows: number): { packed: number; unpacked: number } {
	let [packed, unpacked, seen] = [0, 0, 0];
	for (const group of metadata.row_groups) {
		if (seen >= rows) break;
		seen += Number(group.num_rows);
		for (const { meta_data: m } of group.columns) {
			packed += Number(m?.total_compressed_size ?? 0);
			unpacked += Number(m?.total_uncompressed_size ?? 0);
		}
	}
	return { packed, unpacked };
}

/** The file, of which no more is read than is allowed, whatever it says of itself. */
function bounded({ size, allowed }: Omit<ParquetQuestion, 'address'>, get: Get): AsyncBuffer & { allow(bytes: number): void } {
	let left = allowed;
	return {
		byteLength: size,
		allow: (bytes) => void (left = bytes),
		async slice(from, to = size) {
			const length = to - from;
			if (!(length >= 0 && length <= left)) throw new Error('The file asks for more of itself than it has.');
			left -= length;
			return length === 0 ? new ArrayBuffer(0) : get(from, length);
		},
	};
}

function unpack(into: (input: Uint8Array, output: Uint8Array) => Uint8Array | void): (input: Uint8Array, length: number) => Uint8Array {
	return (input, length) => {
		if (length > mostUnpacked) throw new Error('A page of the file takes too much memory to be shown.');
		const output = new Uint8Array(length);
		return into(input, output) ?? output;
	};
}

const compressors = {
	SNAPPY: unpack((input, output) => void snappyUncompress(input, output)),
	GZIP: unpack((input, output) => gunzip(input, output)),
	ZSTD: unpack((input) => decompress(input)),
	LZ4: unpack((input, output) => decompressLz4(input, output.length)),
	LZ4_RAW: unpack((input, output) => decompressLz4Raw(input, output.length)),
};

// What a cell holds, as far as it is shown.
function cut(value: unknown): unknown {
	if (typeof value === 'string') return value.slice(0, longest);
	if (typeof value === 'object' && value !== null && !(value instanceof Date)) return cellText(value).slice(0, longest);
	return value;
}

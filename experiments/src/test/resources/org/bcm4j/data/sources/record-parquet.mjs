// Writes the recorded Parquet files, with DuckDB: npm i @duckdb/node-api@1.5.6-r.1 && node record-parquet.mjs
import { DuckDBInstance } from '@duckdb/node-api';
import { crc32, deflateSync } from 'node:zlib';

const chunk = (name, content) => {
  const body = Buffer.concat([Buffer.from(name), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
};
// A grey PNG of 4x4 pixels of one level.
const png = level => Buffer.concat([
  Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
  chunk('IHDR', Buffer.from([0, 0, 0, 4, 0, 0, 0, 4, 8, 0, 0, 0, 0])),
  chunk('IDAT', deflateSync(Buffer.concat(Array(4).fill(Buffer.from([0, level, level, level, level]))))),
  chunk('IEND', Buffer.alloc(0)),
]);
const metadata = JSON.stringify({info: {features: {
  image: {_type: 'Image'}, label: {names: ['ant', 'bee', 'cow'], _type: 'ClassLabel'}}}});
const db = await (await DuckDBInstance.create()).connect();
const write = async (file, first, count, codec) => {
  const rows = Array.from({length: count}, (_, i) => first + i).map(level =>
    `({'bytes': from_hex('${png(level).toString('hex')}'), 'path': '${level}.png'}, ${level % 3})`);
  await db.run(`copy (select * from (values ${rows.join(', ')}) t(image, label)) to '${file}'
    (format parquet, compression ${codec}, kv_metadata {huggingface: '${metadata}'})`);
};
await write('duckdb/train-00000-of-00002.parquet', 0, 6, 'snappy');
await write('duckdb/train-00001-of-00002.parquet', 6, 5, 'zstd');
await write('duckdb/test-00000-of-00001.parquet', 11, 4, 'gzip');
await write('duckdb/validation-00000-of-00001.parquet', 15, 3, 'lz4_raw');
await write('brotli.parquet', 0, 2, 'brotli');

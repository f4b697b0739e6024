// Runs SQL on one DuckDB database, as told on stdin: one JSON object a line, {"sql"} in,
// {"seconds", "rows", "peak_mib"} or {"error"} out. Rows are given for statements that yield few.
//
// node duck.mjs DATABASE THREADS, with NODE_PATH naming the folder that holds @duckdb/node-api.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import path from 'node:path';

const modules = createRequire(path.join(process.env.NODE_PATH, 'duck.mjs'));
const { DuckDBInstance } = modules(path.join(process.env.NODE_PATH, '@duckdb/node-api'));

const [database, threads] = process.argv.slice(2);
const instance = await DuckDBInstance.create(database, { threads });
const connection = await instance.connect();

async function run(sql) {
  const begin = process.hrtime.bigint();
  const reader = await connection.runAndReadAll(sql);
  const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
  const rows = JSON.parse(JSON.stringify(reader.getRowsJson()));
  return { seconds, rows, peak_mib: process.resourceUsage().maxRSS / 1024 };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await run(JSON.parse(line).sql);
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
connection.closeSync();
instance.closeSync();

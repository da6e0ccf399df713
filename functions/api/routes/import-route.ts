import { parsePoolName } from '../../../src/model/pool.ts';
import { importProxies } from '../../../src/pools/import-proxies.ts';
import { requirePool } from '../../../src/pools/require-pool.ts';
import { isGzip } from '../../../src/proxies/list/read/gunzip.ts';
import type { ListEntry } from '../../../src/proxies/list-entry.ts';
import { addCount } from '../../telemetry.ts';
import type { RouteHandler } from '../api-dependencies.ts';
import { jsonReply } from '../reply/reply.ts';
import { listFormatOf } from '../request/import-format.ts';
import { parseJsonBody } from '../request/json-body.ts';
import { readList } from '../request/lists.ts';
import { importQuerySchema, parseQuery } from '../request/query-schemas.ts';

/** The most entries of one import: as many as are surely written within the api's time. */
const MAX_IMPORT_ENTRIES = 10_000;

/** `POST /pools/{pool}/proxies`: puts the proxies of a list into a pool. */
export const importList: RouteHandler = async (dependencies, request) => {
  const { lines, maxConcurrency, columns } = parseQuery(importQuerySchema, request);
  const format = listFormatOf(request.headers['content-type']);
  const pool = await requirePool(dependencies.storage, parsePoolName(request.params.pool ?? ''));
  if (format === 'json' && !isGzip(request.body)) parseJsonBody(request.body);
  const entries = await readList(dependencies, {
    source: request.body,
    format,
    salt: pool.salt,
    maxEntries: MAX_IMPORT_ENTRIES,
    ...(columns && { columns }),
  });
  const options = { lines, maxConcurrency };
  const report = await importProxies(dependencies, pool.poolName, replay(entries), options);
  const { metrics } = dependencies.telemetry;
  addCount(metrics, 'ProxiesImported', report.added);
  addCount(metrics, 'EntriesRejected', report.rejected);
  return jsonReply(200, report);
};

async function* replay(entries: readonly ListEntry[]): AsyncGenerator<ListEntry> {
  yield* entries;
}

import type { ProxyRow } from '../model/proxy-row.ts';
import type { Storage } from '../storage/storage.ts';

const ROWS_PER_PAGE = 1000;

/** Every row of a pool in id order, a page at a time. */
export async function* walkRows(storage: Storage, poolName: string): AsyncGenerator<ProxyRow> {
  let after: string | undefined;
  do {
    const query = { limit: ROWS_PER_PAGE, ...(after !== undefined && { after }) };
    const page = await storage.queryProxyRows(poolName, query);
    yield* page.rows;
    after = page.next;
  } while (after !== undefined);
}

import type { ProxyRow } from '../../model/proxy-row.ts';

/** The rows of one pool by id; sorts the ids when they are first needed. */
export class SortedRows {
  readonly #rows = new Map<string, ProxyRow>();
  #ids: readonly string[] | null = null;

  get(proxyId: string): ProxyRow | undefined {
    return this.#rows.get(proxyId);
  }

  set(row: ProxyRow): void {
    if (!this.#rows.has(row.proxy.id)) this.#ids = null;
    this.#rows.set(row.proxy.id, row);
  }

  delete(proxyId: string): boolean {
    const existed = this.#rows.delete(proxyId);
    if (existed) this.#ids = null;
    return existed;
  }

  /** The rows whose ids are at least `low`, or greater when `exclusive`, in id order. */
  *from(low: string, exclusive: boolean): Generator<ProxyRow> {
    this.#ids ??= [...this.#rows.keys()].sort();
    const ids = this.#ids;
    for (let index = firstAtLeast(ids, low); index < ids.length; index++) {
      const id = ids[index] ?? '';
      const row = this.#rows.get(id);
      if (row && !(exclusive && id === low)) yield row;
    }
  }
}

function firstAtLeast(ids: readonly string[], low: string): number {
  let from = 0;
  let to = ids.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((ids[middle] ?? '') < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

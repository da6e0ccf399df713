import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatSecretUrl, schemeOf } from '../../src/proxies/endpoint.ts';
import type { ListEntry } from '../../src/proxies/list-entry.ts';
import { readList } from '../proxies/list/support/read-list.ts';

const TEXT = readFileSync(new URL('../../docs/lists.md', import.meta.url), 'utf8');
const SPAN = /`((?:[^`\\]|\\.)*)`/g;

/** The rows of every table: a list, and what becomes of each of its entries. */
const ROWS = TEXT.split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => [...line.matchAll(SPAN)].map(([, text = '']) => text.replaceAll('\\|', '|')))
  .map(([list = '', ...outcomes]): [string, string[]] => [list, outcomes]);

function describeEntry(entry: ListEntry): string {
  if (entry.kind === 'duplicate') return entry.kind;
  if (entry.kind !== 'accepted') return entry.reason;
  const { proxy, ignored } = entry;
  const said = Object.entries({ ...proxy.tags, ...proxy.labels });
  return [
    formatSecretUrl({ ...proxy, protocol: schemeOf(proxy) }),
    ...said.map(([name, value]) => `${name}=${value}`),
    ...(ignored ? [`ignored=${ignored.join(',')}`] : []),
  ].join('; ');
}

describe('docs/lists.md', () => {
  it('has rows for every kind of list', () => {
    expect(ROWS.length).toBeGreaterThan(100);
  });

  it.each(ROWS)('tells what becomes of %s', async (list, outcomes) => {
    const text = list.replaceAll('\\n', '\n').replaceAll('\\t', '\t');
    expect((await readList(text)).map(describeEntry)).toEqual(outcomes);
  });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ListedProxy } from '../../../../src/cli/check/list-reader.ts';
import type { RejectedLine } from '../../../../src/cli/output/report.ts';
import { ApiClient } from '../../../../src/cli/stack/client/api-client.ts';
import { LighthouseApi } from '../../../../src/cli/stack/client/lighthouse-api.ts';
import { countRefused, importListed } from '../../../../src/cli/stack/client/list-importer.ts';
import { createProxy } from '../../../../src/proxies/proxy.ts';

/** An import route that refuses the last entry of each chunk. */
const server = createServer(async (request, response) => {
  const entries = (await text(request)).trim().split('\n');
  chunks.push(entries.length);
  const accepted = entries.slice(0, -1).map((entry, index) => ({
    line: index + 1,
    proxyId: JSON.parse(entry).host as string,
  }));
  const last = { line: entries.length, reason: 'address_refused', detail: 'private', text: '…' };
  response.end(
    JSON.stringify({
      read: entries.length,
      rejected: 1,
      added: accepted.length,
      existing: 0,
      rejections: [last],
      lines: accepted,
    }),
  );
});
const chunks: number[] = [];
let client: ApiClient;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  client = new ApiClient({ url: `http://127.0.0.1:${port}` }, new AbortController().signal);
});

afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function* listed(count: number): AsyncGenerator<ListedProxy> {
  for (let index = 1; index <= count; index++) {
    const proxy = createProxy({ protocol: 'http', host: `h${index}.example`, port: 80 });
    yield { line: index * 10, proxy };
  }
}

it('maps the answer for each chunk back to the lines of the list', async () => {
  const imported = new Map<string, number>();
  const rejected: RejectedLine[] = [];
  const outcome = await importListed(new LighthouseApi(client), listed(1_201), {
    poolName: 'p',
    onImported: (proxyId, line) => imported.set(proxyId, line),
    onRejected: async (line) => {
      rejected.push(line);
    },
  });
  expect(chunks).toEqual([500, 500, 201]);
  expect(outcome).toEqual({ added: 1_198, existing: 0, refused: 3 });
  expect(imported.get('h501.example')).toBe(5_010);
  expect(rejected.map(({ line }) => line)).toEqual([5_000, 10_000, 12_010]);

  const list = { read: 1_203, accepted: 1_201, duplicate: 1, skipped: 1, rejected: 0 };
  expect(countRefused(list, outcome)).toEqual({ ...list, accepted: 1_198, rejected: 3 });
});

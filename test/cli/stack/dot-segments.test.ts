import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiClient } from '../../../src/cli/stack/client/api-client.ts';
import { LighthouseApi } from '../../../src/cli/stack/client/lighthouse-api.ts';
import { LeaseApi } from '../../../src/cli/stack/lease/lease-api.ts';
import { type LeaseStub, startLeaseStub } from '../support/lease-stub.ts';
import { runHere } from '../support/run-here.ts';

const ID = '0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11';
const DOTS = ['.', '..', '%2e', '%2E%2e', '.%2e', '%252e%252E'];

/** Every command that names something in a path; `DOTS` stands for the name under test. */
const COMMANDS: readonly (readonly string[])[] = [
  ['pool', 'put', 'DOTS'],
  ['pool', 'show', 'DOTS'],
  ['pool', 'delete', 'DOTS', '--yes'],
  ['import', 'DOTS', '-'],
  ['sweep', 'DOTS'],
  ['results', 'DOTS'],
  ['proxies', 'DOTS'],
  ...['ban', 'unban', 'delete'].flatMap((edit) => [
    ['proxies', edit, 'DOTS', ID],
    ['proxies', edit, 'shop', 'DOTS'],
    ['proxies', edit, 'shop', ID, 'DOTS'],
  ]),
  ['proxies', 'limit', 'DOTS', ID, '3'],
  ['proxies', 'limit', 'shop', 'DOTS', '3'],
  ['lease', 'acquire', 'DOTS'],
  ['lease', 'renew', 'DOTS', 'lease-0'],
  ['lease', 'renew', 'shop', 'DOTS'],
  ['lease', 'release', 'DOTS', 'lease-0'],
  ['lease', 'release', 'shop', 'DOTS'],
];

let stub: LeaseStub;

beforeAll(async () => {
  stub = await startLeaseStub();
});
afterAll(() => stub?.[Symbol.asyncDispose]());

describe('a name that is . or .., raw or encoded', () => {
  it.each(COMMANDS.map((command) => [command.join(' '), command] as const))(
    'ends %s with exit code 2 before anything is asked',
    async (_, command) => {
      for (const dots of DOTS) {
        const args = command.map((word) => (word === 'DOTS' ? dots : word));
        const { exitCode, stdout, stderr } = await runHere([...args, '--api', stub.url]);
        expect([args, exitCode, stdout]).toEqual([args, 2, '']);
        expect(stderr).toMatch(/^error: <[a-z-]+> is ".*", which is no name; give /);
      }
      expect(stub.lines()).toEqual([]);
    },
  );

  it('is no name for lease run, whose command may have it', async () => {
    const run = (pool: string) =>
      runHere(['lease', 'run', pool, '--api', stub.url, '--', 'true', '..', '.']);
    expect(await run('..')).toMatchObject({ exitCode: 2 });
    expect(stub.lines()).toEqual([]);
    // What counts is that the stack was asked for a lease.
    await run('shop');
    expect(stub.lines()[0]).toBe('POST /pools/shop/leases');
    stub.asked.splice(0);
  });

  it('reaches no other route through the API client', async () => {
    const stop = new AbortController();
    await using client = new ApiClient({ url: `${stub.url}/stage/` }, stop.signal);
    const [api, leases] = [new LighthouseApi(client), new LeaseApi(client)];
    for (const dots of DOTS) {
      const calls = [
        () => api.deletePool(dots),
        () => api.deleteProxy('shop', dots),
        () => api.getSweep(dots),
        () => api.setProxyStatus(dots, ID, 'banned'),
        () => leases.release({ poolName: 'shop', leaseId: dots }),
        () => client.send({ method: 'DELETE', path: `/pools/shop/proxies/${dots}` }),
      ];
      for (const call of calls) await expect(async () => call()).rejects.toThrow('"."');
    }
    expect(stub.lines()).toEqual([]);
    await leases.release({ poolName: 'shop', leaseId: 'a/b' });
    expect(stub.lines()).toEqual(['DELETE /stage/pools/shop/leases/a%2Fb']);
  });
});

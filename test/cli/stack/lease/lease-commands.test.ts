import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANARY, type CheckFixture, startCheckFixture } from '../../support/check-fixture.ts';
import { runUnread } from '../../support/run-command.ts';
import { startUp, type Up } from '../../support/start-up.ts';

// Some start real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fixture: CheckFixture;
let up: Up;
const run: Up['run'] = (...args) => up.run(...args);
const json: Up['json'] = (...args) => up.json(...args);

beforeAll(async () => {
  fixture = await startCheckFixture();
  up = await startUp({ cwd: fixture.directory });
  await json('pool', 'put', 'shop', '--target', fixture.target.url, '--quarantine-after', '3');
  const proxy = `http://ann:${CANARY}@127.0.0.1:${fixture.proxies.http.port}`;
  await json('import', 'shop', await fixture.writeList('one.txt', proxy));
  await json('sweep', 'shop', '--wait');
});

afterAll(async () => {
  await up?.[Symbol.asyncDispose]();
  await fixture?.[Symbol.asyncDispose]();
});

/** How many connections reached the target without a proxy, as a sweep's control probes do. */
function directConnections(): number {
  const { target, proxies } = fixture;
  return target.connectionsPast([proxies.http, proxies.socks5, proxies.slow]).length;
}

describe('lighthouse lease', () => {
  it('acquires a proxy for $(…), renews its lease and releases it', async () => {
    const { exitCode, stdout, stderr } = await run('lease', 'acquire', 'shop', '--seconds', '60');
    expect(stdout).toBe(`http://ann:${CANARY}@127.0.0.1:${fixture.proxies.http.port}\n`);
    expect(exitCode).toBe(0);
    expect(stderr).not.toContain(CANARY);
    const [, leaseId = '', end = ''] = /^lease (\S+) until (\S+)\n$/.exec(stderr) ?? [];

    const none = await run('lease', 'acquire', 'shop');
    expect(none).toMatchObject({ exitCode: 1, stdout: '' });
    expect(none.stderr).toMatch(/^error: pool "shop" has no free proxy that is active; /);
    expect((await run('proxies', 'shop')).stdout).toMatch(/^active .* 1\/1 {2}http:/m);

    const renewed = await json('lease', 'renew', 'shop', leaseId, '--seconds', '600');
    expect(Date.parse(renewed.expiresAt)).toBeGreaterThan(Date.parse(end));
    const report = ['--outcome', 'blocked', '--host', 'shop.example'];
    expect((await run('lease', 'release', 'shop', leaseId, ...report)).stdout).toBe('released\n');
    expect(await json('proxies', 'shop')).toMatchObject({
      leases: [],
      uses: { blocked: 1 },
      blockedOn: [{ host: 'shop.example' }],
    });
    for (const command of ['renew', 'release']) {
      const ended = await run('lease', command, 'shop', leaseId, '--json');
      expect(ended).toMatchObject({ exitCode: 1, stdout: '' });
      expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'lease_ended' } });
    }
  });

  it('gives the same lease to a request that is repeated with its key', async () => {
    const args = ['lease', 'acquire', 'shop', '--consumer', 'me', '--idempotency-key', 'job 7'];
    const first = await json(...args);
    expect(first).toMatchObject({ consumer: 'me', pool: 'shop', leaseSeconds: 300 });
    expect(await json(...args)).toEqual(first);
    const { leaseId } = first;
    expect(await json('lease', 'release', 'shop', leaseId)).toEqual({ leaseId, released: true });
  });

  it.each([
    ['fetch', 'const { status } = await fetch(url)'],
    ['http', "const { statusCode: status } = await once(http.get(url), 'response').then(first)"],
  ])('runs a Node program whose %s goes through the proxy and never around it', async (_, ask) => {
    const { target } = fixture;
    const seen = target.requests.length;
    const past = directConnections();
    const before = (await json('proxies', 'shop')).uses.ok;
    const script = `
      import http from 'node:http';
      import { once } from 'node:events';
      const [url, first] = ['${target.url}', ([response]) => response];
      ${ask};
      process.exit(status === 200 ? 0 : 9);`;
    const command = [process.execPath, '--input-type=module', '-e', script];
    const { exitCode, stderr } = await up.spawn('lease', 'run', 'shop', '--', ...command);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(target.requests).toHaveLength(seen + 1);
    expect(directConnections()).toBe(past);
    expect(await json('proxies', 'shop')).toMatchObject({ leases: [], uses: { ok: before + 1 } });
  });

  it('gives Node a SOCKS proxy, which Node refuses rather than going around it', async () => {
    const { target, proxies, writeList } = fixture;
    const past = directConnections();
    await json('pool', 'put', 'socks', '--target', target.url);
    const list = await writeList(
      'socks.txt',
      `socks5://ann:${CANARY}@127.0.0.1:${proxies.socks5.port}`,
    );
    await json('import', 'socks', list);
    const command = [process.execPath, '-e', `fetch('${target.url}')`];
    const outcome = await up.spawn('lease', 'run', 'socks', '--allow-unknown', '--', ...command);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stderr).toMatch(/Invalid URL protocol/);
    expect(directConnections()).toBe(past);
  });

  it('reports failed commands until the proxy is quarantined', async () => {
    for (let use = 0; use < 3; use++) {
      expect((await up.spawn('lease', 'run', 'shop', '--', 'false')).exitCode).toBe(1);
    }
    const { uses, quarantinedUntil } = await json('proxies', 'shop');
    expect(uses).toMatchObject({ failed: 3 });
    expect(Date.parse(quarantinedUntil)).toBeGreaterThan(Date.now());
  });

  it('limits how many consumers may hold a proxy', async () => {
    const { proxyId } = await json('proxies', 'shop');
    expect(await json('proxies', 'limit', 'shop', proxyId, '7')).toMatchObject({
      maxConcurrency: 7,
    });
    const unlimited = await run('proxies', 'limit', 'shop', proxyId, 'unlimited');
    expect(unlimited.stdout).toBe(`${proxyId} may be held by any number at once\n`);
    const list = await fixture.writeList('two.txt', `127.0.0.1:${fixture.proxies.slow.port}`);
    await json('import', 'shop', list, '--max-concurrency', '20');
    const views = (await run('proxies', 'shop', '--json')).stdout.trim().split('\n');
    const limits = views.map((view) => JSON.parse(view).maxConcurrency);
    expect(limits.sort()).toEqual([20, null]);
  });

  it('sets the leasing settings of a pool', async () => {
    const flags = ['--quarantine-after', 'never', '--max-quarantined-percent', '0'];
    const others = ['--block-seconds', '60', '--interval', 'never'];
    const { leasing, intervalSeconds } = await json('pool', 'put', 'lab', ...flags, ...others);
    expect(intervalSeconds).toBeNull();
    expect(leasing).toEqual({
      quarantineAfterFailures: null,
      quarantineSeconds: 30,
      maxQuarantineSeconds: 300,
      maxQuarantinedPercent: 0,
      blockSeconds: 60,
    });
  });

  it.each([
    ['an unknown pool', ['acquire', 'nowhere'], /there is no pool "nowhere"/],
    ['an invalid lease id', ['renew', 'shop', 'x'], /has no lease with that id/],
    ['an unknown outcome', ['release', 'shop', 'x', '--outcome', 'great'], /Allowed choices/],
    [
      'an API that is not a URL',
      ['acquire', 'shop', '--api', 'ftp://a:pw@h'],
      /"(?!.*pw).*" is not a URL/,
    ],
    ['a key with line breaks', ['acquire', 'shop', '--idempotency-key', 'a\nb'], /printable ASCII/],
    ['a lease out of range', ['acquire', 'shop', '--seconds', '0'], /leaseSeconds must be/],
    ['an unknown protocol', ['acquire', 'shop', '--protocol', 'ftp'], /must be one of http, /],
    ['an empty lease id', ['renew', 'shop', ''], /<lease> is empty; it must be the lease/],
    ['an empty pool', ['run', '', '--', 'true'], /<pool> is empty/],
    ['a command without a pool', ['run', '--', 'true', 'x'], /name the pool, then put -- before/],
    ['half a place', ['acquire', 'shop', '--near', '1,2'], /radiusKm .* belong together/],
  ])('%s ends with exit code 2 and an error', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await run('lease', ...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^error: /);
    expect([exitCode, stdout]).toEqual([2, '']);
  });

  it.each([
    ['not_found', ['acquire', 'nowhere']],
    ['invalid_input', ['acquire', 'shop', '--seconds', '0']],
    ['stack_unreachable', ['acquire', 'shop', '--api', 'http://127.0.0.1:9']],
    [
      'lease_ended',
      ['renew', 'shop', '28754498-1bd6-809b-b1ec-425face84d83.xymjyDmzorxUn12PUper9w'],
    ],
  ])('gives programs the code %s', async (code, args) => {
    const { stderr } = await run('lease', ...args, '--json');
    expect(JSON.parse(stderr).error.code).toBe(code);
  });

  it('gives back a proxy when its output has no reader', async () => {
    await json('pool', 'put', 'unheard', '--target', fixture.target.url);
    await json('import', 'unheard', await fixture.writeList('unheard.txt', '127.0.0.1:9'));
    const args = ['lease', 'acquire', 'unheard', '--allow-unknown'];
    const { exitCode, stderr } = await runUnread(args, { cwd: fixture.directory });
    expect(stderr).toMatch(/\nerror: nobody reads the output, so the proxy was given back\n$/);
    expect(exitCode).toBe(2);
    expect(await json('proxies', 'unheard')).toMatchObject({ leases: [], leaseCount: 1 });
  });

  it.each(['renew', 'release'])('%s shows no lease id when no stack answers', async (name) => {
    const api = `http://ann:${CANARY}@127.0.0.1:${fixture.deadPort}`;
    const outcome = await run('lease', name, 'shop', CANARY, '--api', api);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toMatch(/^error: no stack answers at http:\/\/127/);
    expect(outcome.stderr).not.toContain(CANARY);
  });

  it.each(['acquire', 'renew', 'release', 'run'])('%s has help with examples', async (name) => {
    const { exitCode, stdout } = await run('lease', name, '--help');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}lighthouse lease /);
    expect(stdout).toContain('--json');
  });
});

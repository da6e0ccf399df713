import { once } from 'node:events';
import { connect } from 'node:net';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CANARY, type CheckFixture, startCheckFixture } from '../support/check-fixture.ts';
import { startUp, type Up } from '../support/start-up.ts';

// Each test starts real processes, and a busy machine starts them slowly.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let fixture: CheckFixture;
let up: Up;
const run: Up['run'] = (...args) => up.run(...args);
const json: Up['json'] = (...args) => up.json(...args);

beforeAll(async () => {
  fixture = await startCheckFixture();
  up = await startUp({ cwd: fixture.directory, secret: CANARY });
});

afterAll(async () => {
  await up?.[Symbol.asyncDispose]();
  await fixture?.[Symbol.asyncDispose]();
});

describe('the commands against a local stack', () => {
  it('a pool is put, imported into, swept and read back', async () => {
    const { url } = fixture.target;
    const flags = [
      '--target',
      url,
      '--header',
      `x-key: ${CANARY}`,
      '--fall',
      '2',
      '--alarm-below',
      '0.9',
      '--max-in-flight-per-host',
      '8',
    ];
    expect(await json('pool', 'put', 'shop', ...flags)).toMatchObject({
      pool: 'shop',
      fall: 2,
      alarmBelowAvailability: 0.9,
      maxInFlightPerHost: 8,
      intervalSeconds: null,
    });
    expect(await json('pool', 'show', 'shop')).toMatchObject({ pool: 'shop', lastSweepId: null });

    const imported = await json('import', 'shop', fixture.listPath);
    expect(imported).toMatchObject({ read: 9, accepted: 4, rejected: 2, added: 4, existing: 0 });
    expect(await json('import', 'shop', fixture.listPath)).toMatchObject({ added: 0, existing: 4 });

    const report = await json('sweep', 'shop', '--wait');
    expect(report).toMatchObject({
      state: 'complete',
      totals: { active: 2, slow: 0, inactive: 2, inconclusive: 0 },
    });

    const { results } = await json('results', 'shop');
    expect(results).toHaveLength(4);
    expect(await json('results', String(report.sweepId), '--status', 'inactive')).toMatchObject({
      results: [{ status: 'inactive' }, { status: 'inactive' }],
    });
    const csv = await run('results', 'shop', '--format', 'csv');
    expect(parse(csv.stdout, { columns: true })).toHaveLength(4);

    const proxies = await run('proxies', 'shop', '--status', 'active', '--json');
    expect(
      proxies.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).status),
    ).toEqual(['active', 'active']);
  });

  it('people see text', async () => {
    expect((await run('pool', 'show', 'shop')).stdout).toMatch(/^pool +shop$/m);
    expect((await run('pool', 'list')).stdout).toMatch(/^shop +by hand +[0-9a-f-]{36}$/m);
    expect((await run('proxies', 'shop')).stdout).toMatch(/^inactive .* refused +0\/1 +http:\/\//m);
    const swept = await run('sweep', 'shop', '--wait', '--fail-on', 'inactive');
    expect(swept.stdout).toMatch(/2 active, 0 slow, 2 inactive, 0 inconclusive/);
    expect(swept.exitCode).toBe(1);
  });

  it('an import keeps labels, reads named columns and names what it does not keep', async () => {
    await json('pool', 'put', 'labels', '--target', fixture.target.url);
    const csv = 'ip,port,provider,api_key\n127.0.0.9,80,Example,canary\n';
    const list = await fixture.writeList('labels.csv', csv);
    expect(await json('import', 'labels', list)).toMatchObject({
      added: 1,
      ignoredColumns: ['api_key'],
    });
    const view = await json('proxies', 'labels');
    expect(view).toMatchObject({ proxy: 'http://127.0.0.9:80', labels: { provider: 'Example' } });
    const raw = await fixture.writeList('raw.txt', '127.0.0.8,80,Dhaka,u,canary\n');
    expect((await run('import', 'labels', raw)).exitCode).toBe(2);
    const columns = ['--columns', 'host,port,-,username,password'];
    const named = await json('import', 'labels', raw, ...columns);
    expect(named).toMatchObject({ added: 1, ignoredColumns: ['column 3'] });
  });

  it('proxies are banned, let in again and deleted', async () => {
    const rows = (await run('proxies', 'shop', '--json')).stdout.trim().split('\n');
    const [first, second] = rows.map((row) => JSON.parse(row).proxyId as string);
    expect(await json('proxies', 'ban', 'shop', `${first}`)).toMatchObject({ status: 'banned' });
    expect((await run('proxies', 'list', 'shop')).stdout).toMatch(/^banned /m);
    const unbanned = await run('proxies', 'unban', 'shop', `${first}`, `${second}`);
    expect(unbanned.stdout.trim().split('\n')).toHaveLength(2);
    expect(await json('proxies', 'delete', 'shop', `${first}`)).toEqual({
      proxyId: first,
      deleted: true,
    });
    expect(await json('import', 'shop', fixture.listPath)).toMatchObject({ added: 1, existing: 3 });
  });

  it('an empty dead-letter queue has nothing to redrive', async () => {
    expect(await json('redrive')).toEqual({ moved: 0, more: false });
    expect((await run('redrive')).stdout).toBe('the dead-letter queue is empty\n');
  });

  it('a pool that is being deleted says so until it is gone', async () => {
    await json('pool', 'put', 'old');
    expect(await json('pool', 'delete', 'old', '--yes')).toMatchObject({ pool: 'old' });
    expect((await run('pool', 'list')).stdout).toMatch(/^old +by hand +being deleted$/m);
    expect(await json('pool', 'show', 'old')).toMatchObject({ deletionProgress: 1 });
  });

  it('a pool gets back-off by its flags, with the defaults for those left out', async () => {
    const backOffOf = async (...flags: readonly string[]) =>
      (await json('pool', 'put', 'free', '--interval', '300', ...flags)).backOff;
    expect(await backOffOf('--back-off')).toEqual({
      maxIntervalSeconds: 86_400,
      edgeIntervalSeconds: 300,
    });
    expect(await backOffOf('--back-off', '43200', '--edge-interval', '600')).toEqual({
      maxIntervalSeconds: 43_200,
      edgeIntervalSeconds: 600,
    });
    expect(await backOffOf()).toBeNull();
  });

  it.each([
    ['an unknown pool', ['sweep', 'nowhere'], /there is no pool "nowhere"/],
    ['an option out of range', ['pool', 'put', 'x', '--timeout-ms', '50'], /timeout/],
    ['a limit out of range', ['pool', 'put', 'x', '--back-off', '10'], /\/backOff\/maxIntervalSec/],
    ['a flag alone', ['pool', 'put', 'x', '--edge-interval', '60'], /belongs to --back-off/],
    ['an invalid pool name', ['pool', 'put', 'No Pool'], /pool name .* must be/],
    ['an unknown sweep', ['results', '0199a3c2-7d1e-7c3a-9b0e-0a1b2c3d4e5f'], /no sweep/],
    ['an unknown proxy', ['proxies', 'ban', 'shop', 'x'], /there is no proxy "x"/],
    ['an unconfirmed deletion', ['pool', 'delete', 'shop'], /give --yes/],
    ['a pool that is being deleted', ['sweep', 'old'], /"old" is being deleted/],
    ['a missing list', ['import', 'shop', 'none.txt'], /"none\.txt" does not exist/],
    ['a second stack in one directory', ['up'], /a stack is already running in this directory/],
    [
      'an address where no stack answers',
      ['pool', 'list', '--api', 'http://127.0.0.1:9'],
      /no stack answers/,
    ],
  ])('%s ends with exit code 2 and an error', async (_, args, sentence) => {
    const { exitCode, stdout, stderr } = await run(...args);
    expect(stderr).toMatch(sentence);
    expect(stderr).toMatch(/^error: /);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });

  it('the stack ends with SIGINT and leaves nothing listening', async () => {
    up.process.kill('SIGINT');
    const [exitCode] = (await once(up.process, 'close')) as [number | null];
    expect(exitCode).toBe(0);
    for (const url of [up.announced.apiUrl, ...Object.values(up.announced.endpoints)]) {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
    const { stderr, exitCode: after } = await run('pool', 'list');
    expect(stderr).toContain('no stack is running in this directory');
    expect(after).toBe(2);
  });
});

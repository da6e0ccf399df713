import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CANARY, type CheckFixture, startCheckFixture } from '../support/check-fixture.ts';
import { type CommandOutcome, runCommand } from '../support/run-command.ts';
import { runHere } from '../support/run-here.ts';

interface Report {
  readonly summary: {
    readonly list: Record<string, number>;
    readonly statuses: Record<string, number>;
    readonly failures: readonly { failure: string; blame: string; count: number }[];
    readonly latencyMs: Record<string, number>;
    readonly control: { readonly probes: number; readonly failed: number } | null;
    readonly checked: number;
  };
  readonly results: readonly Record<string, unknown>[];
  readonly rejected: readonly Record<string, unknown>[];
}

let fixture: CheckFixture;

beforeAll(async () => {
  fixture = await startCheckFixture();
});

afterAll(() => fixture[Symbol.asyncDispose]());

function check(flags: readonly string[], run = runHere): Promise<CommandOutcome> {
  return run(['check', fixture.listPath, '--target', fixture.target.url, ...flags]);
}

describe('lighthouse check', () => {
  it('accounts for every line in JSON', async () => {
    const { exitCode, stdout, stderr } = await check(['--json'], runCommand);
    const report = JSON.parse(stdout) as Report;
    expect(exitCode, stderr).toBe(0);
    expect(report.summary.list).toEqual({
      read: 9,
      accepted: 4,
      duplicate: 1,
      skipped: 2,
      rejected: 2,
    });
    const found = report.results.map(({ line, status, failure }) => [line, status, failure]);
    expect(found.sort()).toEqual([
      [2, 'active', null],
      [5, 'active', null],
      [6, 'inactive', 'refused'],
      [7, 'inactive', 'auth_rejected'],
    ]);
    expect(report.rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [8, 'invalid_port'],
      [9, 'unknown_scheme'],
    ]);
    expect(report.summary.statuses).toEqual({ active: 2, slow: 0, inactive: 2, inconclusive: 0 });
    expect(report.summary.control).toMatchObject({ failed: 0 });
    expect(report.summary.latencyMs.p50).toBeGreaterThanOrEqual(0);
  });

  it('gives each record the fields that all machine formats share', async () => {
    const { stdout } = await check(['--format', 'ndjson']);
    const records = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(4);
    for (const record of records) {
      expect(Object.keys(record).sort()).toEqual(
        [
          'line',
          'proxy',
          'proxyId',
          'protocol',
          'status',
          'latencyMs',
          'statusCode',
          'attempts',
          'failure',
          'blame',
          'failedPhase',
          'timings',
          'checkedAt',
          'errorMessage',
          'proxySays',
        ].sort(),
      );
    }
    expect(records.map(({ proxy }) => proxy)).toContain(
      `socks5://ann:***@127.0.0.1:${fixture.proxies.socks5.port}`,
    );
  });

  it('reads named columns, and shows the labels of a list in each record', async () => {
    const { port } = fixture.proxies.socks5;
    const flags = ['--target', fixture.target.url, '--format', 'ndjson'];
    const raw = await fixture.writeList('raw.txt', `127.0.0.1,${port},Dhaka,ann,${CANARY}\n`);
    const columns = ['--columns', 'host,port,city,username,password', '--protocol', 'socks5h'];
    const named = await runHere(['check', raw, ...flags, ...columns]);
    expect(JSON.parse(named.stdout).proxy).toBe(`socks5h://ann:***@127.0.0.1:${port}`);
    const csv = `ip,port,type,provider\n127.0.0.1,${port},socks5,Example\n`;
    const labelled = await runHere(['check', await fixture.writeList('l.csv', csv), ...flags]);
    expect(JSON.parse(labelled.stdout).labels).toEqual({ provider: 'Example' });
  });

  it('writes CSV that parses back', async () => {
    const { stdout, stderr } = await check(['--format', 'csv']);
    expect(stderr).toMatch(/^rejected line 8: .*\nrejected line 9: /);
    const rows = parse(stdout, { columns: true }) as Record<string, string>[];
    expect(rows.map(({ line, status }) => `${line} ${status}`).sort()).toEqual([
      '2 active',
      '5 active',
      '6 inactive',
      '7 inactive',
    ]);
    expect(rows.every((row) => row.checkedAt?.endsWith('Z'))).toBe(true);
  });

  it('shows aligned rows, rejected lines and a summary to people', async () => {
    const { stdout, stderr } = await check([]);
    const rows = stdout.split('\n');
    const column = rows[0]?.indexOf('PROXY') ?? -1;
    expect(column).toBeGreaterThan(0);
    const shown = rows.slice(1, 7).map((row) => row.slice(column));
    expect(shown.filter((text) => /^\S/.test(text))).toHaveLength(6);
    expect(stdout).toMatch(/8 {2}rejected .* invalid_port/);
    expect(stdout).toMatch(/9 read: 4 accepted, 1 duplicate, 2 skipped, 2 rejected/);
    expect(stdout).toMatch(/refused 1 \(proxy\)/);
    expect(stdout).not.toContain('\u{1b}');
    expect(stderr).toBe('');
  });

  it('shows no password and no header value', async () => {
    const secrets = ['--header', `x-key: ${CANARY}`, '--proxy-header', `x-key: ${CANARY}`];
    for (const format of ['table', 'json', 'ndjson', 'csv']) {
      const { stdout, stderr, exitCode } = await check(['--format', format, ...secrets]);
      expect(exitCode, stderr).toBe(0);
      expect(stdout + stderr).not.toContain(CANARY);
    }
    const { stdout, stderr, exitCode } = await check(['--header', CANARY]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("--header number 1 has no name before a colon; give it as 'Name:");
    expect(stdout + stderr).not.toContain(CANARY);
    const twice = await check([...secrets, ...secrets.slice(0, 2)]);
    expect(twice.exitCode).toBe(2);
    expect(twice.stderr).toContain('--header number 2 has the name of one before it');
    expect(twice.stdout + twice.stderr).not.toContain(CANARY);
  });

  it('reads standard input and names the default target on standard error', async () => {
    const args = ['check', '-', '--json', '--no-control', '--timeout-ms', '1000'];
    const input = `127.0.0.1:${fixture.deadPort}\n`;
    const { exitCode, stdout, stderr } = await runHere(args, { input });
    expect(exitCode).toBe(0);
    expect((JSON.parse(stdout) as Report).results[0]).toMatchObject({
      line: 1,
      failure: 'refused',
    });
    expect(stderr).toContain('https://example.com/');
  });

  it('exits with 1 only for the verdicts that --fail-on names', async () => {
    const slow = await fixture.writeList('slow.txt', `127.0.0.1:${fixture.proxies.slow.port}\n`);
    const run = async (failOn: string, list: string): Promise<number | null> => {
      const flags = ['--target', fixture.target.url, '--slow-ms', '200', '--fail-on', failOn];
      return (await runHere(['check', list, ...flags])).exitCode;
    };
    expect(await run('inactive', fixture.listPath)).toBe(1);
    expect(await run('inactive', slow)).toBe(0);
    expect(await run('slow', slow)).toBe(1);
  });

  it('declares no proxy dead when the target does not answer directly', async () => {
    const target = `http://127.0.0.1:${fixture.deadPort}/`;
    const args = ['check', fixture.listPath, '--target', target, '--json'];
    const { stdout, exitCode } = await runHere(args);
    const { summary } = JSON.parse(stdout) as Report;
    expect(exitCode).toBe(0);
    expect(summary.statuses).toEqual({ active: 0, slow: 0, inactive: 0, inconclusive: 4 });
    expect(summary.control?.failed).toBe(summary.control?.probes);

    const asked = await runHere([...args, '--fail-on', 'inactive']);
    expect(asked.exitCode).toBe(2);
    expect(asked.stderr).toContain('no verdict is conclusive');
  });
});

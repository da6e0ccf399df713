import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runHere } from '../support/run-here.ts';

const VIEW = { pool: 'shop', intervalSeconds: null, runningSweepId: null, lastSweepId: null };

/** A stack with one pool that records its requests. */
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(`${request.method} ${request.url}`);
  const known = request.url === '/pools/shop';
  const deletingSince = request.method === 'DELETE' ? '2026-01-15T12:00:00.000Z' : null;
  const problem = { title: 'Not Found', detail: 'there is no pool "none"' };
  response.statusCode = known ? 200 : 404;
  response.end(JSON.stringify(known ? { ...VIEW, deletingSince } : problem));
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

beforeEach(() => {
  asked.length = 0;
});

/** Runs the command with this input, at a terminal or without one. */
function run(args: readonly string[], { typed = '', isTTY = true } = {}) {
  const { port } = server.address() as AddressInfo;
  const api = `http://127.0.0.1:${port}`;
  return runHere(['pool', 'delete', ...args, '--api', api], { input: typed, isTTY });
}

it.each(['y\n', 'YES\n', ' yes \n'])('deletes a pool when the answer is %j', async (typed) => {
  const { exitCode, stdout, stderr } = await run(['shop'], { typed });
  expect(stderr).toBe('Delete pool shop and all its proxies? [y/N] ');
  expect(stdout).toMatch(/^pool shop is being deleted/);
  expect(exitCode).toBe(0);
  expect(asked).toEqual(['GET /pools/shop', 'DELETE /pools/shop']);
});

it.each(['n\n', '\n', '', 'yesterday\n', 'shop\n'])(
  'deletes nothing when the answer is %j',
  async (typed) => {
    const { exitCode, stdout, stderr } = await run(['shop'], { typed });
    expect(stderr).toContain('nothing was deleted');
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(asked).toEqual(['GET /pools/shop']);
  },
);

it('does not ask with --yes', async () => {
  const { exitCode, stdout, stderr } = await run(['shop', '--yes', '--json'], { isTTY: false });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({ pool: 'shop', deletingSince: expect.any(String) });
  expect(exitCode).toBe(0);
  expect(asked).toEqual(['DELETE /pools/shop']);
});

it('deletes nothing without a terminal to ask on', async () => {
  const { exitCode, stderr } = await run(['shop'], { typed: 'y\n', isTTY: false });
  expect(stderr).toContain('give --yes');
  expect(exitCode).toBe(2);
  expect(asked).toEqual(['GET /pools/shop']);
});

it('does not ask about a pool that does not exist', async () => {
  const { exitCode, stderr } = await run(['none'], { typed: 'y\n' });
  expect(stderr).toBe('error: there is no pool "none"\n');
  expect(exitCode).toBe(2);
});

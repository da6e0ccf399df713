import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { findDeadPort } from '../../../../src/local/fleet/index.ts';

const PROGRAM = fileURLToPath(new URL('endless-check.ts', import.meta.url));

it('ends all its threads on SIGINT, with the results so far', { timeout: 180_000 }, async () => {
  const child = spawn(process.execPath, [PROGRAM, String(await findDeadPort())], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const stdout = text(child.stdout);
  child.stderr.once('data', () => child.kill('SIGINT'));
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(stderr).toBe('enough\n');
  expect(exitCode).toBe(130);
  const { records, lines, summary, threads } = JSON.parse(await stdout);
  expect(summary).toMatchObject({ interrupted: true, checked: records, pacing: { threads: 2 } });
  expect(lines).toBe(records);
  expect(threads).toMatchObject({ started: 1, ended: 1 });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findDeadPort } from '../../../src/local/fleet/index.ts';

const run = promisify(execFile);
const MEASURE = join(import.meta.dirname, 'leave-to-old-generation.ts');

/** Every probe's garbage is young, and none is taken for old because there is no room. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

// Node's streams keep their socket there (about 1.6 KB); what a socket refers to would follow it.
it('a probe that is over leaves its socket to the old generation, and nothing else', async () => {
  const port = String(await findDeadPort());
  const { stdout } = await run(process.execPath, [...FLAGS, MEASURE, port]);
  expect(Number(stdout)).toBeLessThan(2500);
});

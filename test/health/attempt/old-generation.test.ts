import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findDeadPort } from '../../../src/local/fleet/index.ts';

const run = promisify(execFile);
const MEASURE = join(import.meta.dirname, 'leave-to-old-generation.ts');

/** Room for all young garbage, so that none is moved to the old generation for lack of it. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

// Node's streams keep their socket there (about 1.6 KB); anything it refers to would follow.
it('a finished probe leaves nothing but its socket in the old generation', async () => {
  const port = String(await findDeadPort());
  const { stdout } = await run(process.execPath, [...FLAGS, MEASURE, port]);
  expect(Number(stdout)).toBeLessThan(2500);
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { findDeadPort } from '../../../src/local/fleet/index.ts';

const run = promisify(execFile);

it('an HTTP client is loaded only where a text is wanted in the body', async () => {
  const program = join(import.meta.dirname, 'loaded-clients.ts');
  const { stdout } = await run(process.execPath, [program, String(await findDeadPort())]);
  const [without, withText] = JSON.parse(stdout);
  expect(without).toBe(0);
  expect(withText).toBeGreaterThan(0);
});

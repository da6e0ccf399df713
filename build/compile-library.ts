import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DIST, ROOT } from './paths.ts';

/**
 * Compiles what the package exports to JavaScript, declarations and declaration maps.
 *
 * @throws {Error} when the compiler finds a mistake, with its words
 */
export async function compileLibrary(): Promise<void> {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT });
  } catch (error) {
    throw new Error(`the library does not compile:\n${(error as { stdout?: string }).stdout}`, {
      cause: error,
    });
  }
  for (const path of await declarations()) await renameImports(path);
}

async function declarations(): Promise<readonly string[]> {
  const files = await readdir(DIST, { recursive: true });
  return files.filter((file) => file.endsWith('.d.ts')).map((file) => join(DIST, file));
}

/**
 * The compiler rewrites `.ts` in the imports of JavaScript, not of declarations, which not every
 * tool resolves to a `.d.ts`. `.js` is as long, so that declaration maps stay true.
 */
async function renameImports(path: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  const renamed = text.replace(/((?:from |import\()'\.{1,2}\/[^']*)\.ts'/g, "$1.js'");
  if (renamed !== text) await writeFile(path, renamed);
}

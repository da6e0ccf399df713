import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '../functions/environment.ts';

/**
 * The folder of the bundles, seen from a file of this folder: `dist/bundles` of the clone while it
 * runs from its sources, and `bundles` beside the compiled code of the package.
 */
export function bundleDirOf(url: string): string {
  return fileURLToPath(new URL(url.endsWith('.ts') ? '../dist/bundles/' : '../bundles/', url));
}

/**
 * Holds the bundles of the functions, `<name>/index.mjs`. It stands apart from `bundle.ts`, which
 * makes them, so that a stack that is given its code ready-made loads no bundler.
 */
export const BUNDLE_DIR = bundleDirOf(import.meta.url);

/**
 * The folder that is uploaded as a function's code.
 *
 * @throws {Error} when it is not there
 */
export function bundleOf(name: FunctionName, bundleDir = BUNDLE_DIR): string {
  const folder = join(bundleDir, name);
  if (existsSync(join(folder, 'index.mjs'))) return folder;
  throw new Error(
    `the bundle of the function "${name}" is not in ${folder}: in a clone npm run build makes it, ` +
      'and a package without it is incomplete and has to be installed again',
  );
}

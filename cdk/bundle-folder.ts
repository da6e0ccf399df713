import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '../functions/environment.ts';

/**
 * Where the bundles of the functions may be, seen from this file: in the sources, whose bundles
 * `bundleFunctions` makes, and in the published package, which has them beside its code.
 */
const PLACES = ['../dist/bundles/', '../bundles/'];

/** Finds a function's bundle, the folder that is uploaded as its code, below `base`. */
export function findBundle(name: FunctionName, base: string): string {
  const folders = PLACES.map((place) => fileURLToPath(new URL(`${place}${name}/`, base)));
  const found = folders.find((folder) => existsSync(`${folder}index.mjs`));
  if (found !== undefined) return found;
  throw new Error(
    `the bundle of the function "${name}" is in none of ${folders.join(' and ')}; in a clone ` +
      'npm run build makes it, and a package without it is incomplete: install it again',
  );
}

/**
 * The folder that is uploaded as a function's code.
 *
 * @throws {Error} when it is in neither place
 */
export function bundleOf(name: FunctionName): string {
  return findBundle(name, import.meta.url);
}

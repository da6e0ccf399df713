import { fileURLToPath } from 'node:url';
import type { FunctionName } from '../functions/environment.ts';

/**
 * Holds the bundles of the functions, `<name>/index.mjs`: `dist/bundles` of the clone while this
 * runs from its sources, and of the package once it is built. It stands apart from `bundle.ts`, which
 * makes them, so that a stack that is given its code ready-made loads no bundler.
 */
export const BUNDLE_DIR = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../dist/bundles/' : '../bundles/', import.meta.url),
);

/** The folder that is uploaded as a function's code. */
export function bundleOf(name: FunctionName): string {
  return `${BUNDLE_DIR}${name}`;
}

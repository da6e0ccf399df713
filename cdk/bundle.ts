import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { FUNCTION_NAMES } from '../functions/environment.ts';
import { BUNDLE_DIR } from './function-code.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** CommonJS packages inside an ES module bundle still call `require`. The name is no one else's. */
export const REQUIRE_BANNER =
  "import { createRequire as bannerRequire } from 'node:module'; const require = bannerRequire(import.meta.url);";

/** Keeps positions in stack traces useful, and the source line of an uncaught error short. */
const MAX_LINE_LENGTH = 160;

/**
 * Bundles every function with one esbuild call. The bundles include the SDK, which makes cold starts
 * faster than the runtime's own SDK. Names are kept so that stack traces and error names are readable
 * without source maps. An unchanged bundle is not written again so that two apps can be synthesized
 * side by side.
 *
 * @returns what went into each bundle
 */
export async function bundleFunctions(): Promise<Metafile> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.fromEntries(
      FUNCTION_NAMES.map((name) => [`${name}/index`, `functions/${name}/index.ts`]),
    ),
    outdir: BUNDLE_DIR,
    outExtension: { '.js': '.mjs' },
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The bundles are the same wherever node_modules really lies.
    preserveSymlinks: true,
    mainFields: ['module', 'main'],
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: MAX_LINE_LENGTH,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    logLevel: 'warning',
  });
  await Promise.all(outputFiles.map(({ path, contents }) => writeIfChanged(path, contents)));
  return metafile;
}

async function writeIfChanged(path: string, contents: Uint8Array): Promise<void> {
  const current = await readFile(path).catch(() => null);
  if (current?.equals(contents)) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = join(BUNDLE_DIR, `.${process.pid}-${basename(dirname(path))}`);
  await writeFile(draft, contents);
  await rename(draft, path);
}

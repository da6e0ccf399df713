import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { REQUIRE_BANNER, requireBuiltIns } from '../cdk/bundle.ts';
import { STACK_PACKAGES } from '../src/local/installation.ts';
import { DIST, ROOT } from './paths.ts';

/** Programs that run in a process of their own; `src/local/installation.ts` finds them by name. */
const PROGRAMS = {
  main: 'src/cli/main.ts',
  'check-worker': 'src/cli/check/workers/check-worker.ts',
  'dynamodb-service': 'src/local/services/dynamodb-service.ts',
  'sqs-service': 'src/local/services/sqs-service.ts',
  runtime: 'src/local/functions/runtime.mjs',
};

/**
 * Bundles the command line, with all it needs but the packages of a local stack, into `dist/cli`.
 * Each command is a chunk that is loaded when it is used, and a chunk is one file instead of the
 * hundreds it was made of: most of the start-up time goes into finding and reading files. Names are
 * kept, so that stack traces are readable. All files lie in one folder, which makes their addresses
 * the same from each of them.
 *
 * @returns what went into each file
 */
export async function bundleCommandLine(): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: PROGRAMS,
    outdir: join(DIST, 'cli'),
    chunkNames: 'chunk-[hash]',
    splitting: true,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The bundles are the same wherever node_modules really lies.
    preserveSymlinks: true,
    mainFields: ['module', 'main'],
    // Optional peers.
    external: [...STACK_PACKAGES],
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    banner: { js: REQUIRE_BANNER },
    plugins: [requireBuiltIns],
    logLevel: 'warning',
  });
  await cp(join(ROOT, 'build/launcher'), join(DIST, 'bin'), { recursive: true });
  return metafile;
}

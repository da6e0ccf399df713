/**
 * `npm run build`: makes everything that the package has besides its papers.
 *
 *     dist/src, cdk, functions   the exports: JavaScript, declarations, maps to the sources
 *     dist/bundles               the functions' code, for the construct
 *     dist/assembly              the stack ready-made, for `up` and `cdk deploy --app`
 *     dist/cli, bin              the command line and what starts it
 *     dist/NOTICES.txt           the licences of the packages inside the bundles
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleFunctions } from '../cdk/bundle.ts';
import { synthesize } from '../src/local/synthesize.ts';
import { bundleCommandLine } from './bundle-command-line.ts';
import { compileLibrary } from './compile-library.ts';
import { writeNotices } from './notices.ts';
import { DIST } from './paths.ts';

await rm(DIST, { recursive: true, force: true });
await compileLibrary();
const metafiles = [await bundleFunctions(), await bundleCommandLine()];
await writeNotices(join(DIST, 'NOTICES.txt'), metafiles);
// Its traces would name the folders of this machine.
const context = { 'aws:cdk:disable-creation-stack-traces': true };
await synthesize({ outDir: join(DIST, 'assembly'), context });

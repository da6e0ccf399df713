import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { DIST } from './paths.ts';

const versions = z.record(z.string(), z.string());

/** The part of the clone's `package.json` that decides what is published; the rest is passed on. */
const manifestSchema = z.looseObject({
  scripts: versions,
  dependencies: versions,
  peerDependencies: versions,
  bin: versions,
  exports: versions,
});

/** A manifest as JSON. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What only a clone has: scripts, tools, a Node of its own, the bolt against `npm publish`. */
const LEFT_OUT = new Set([
  'scripts',
  'devDependencies',
  'optionalDependencies',
  'allowScripts',
  'private',
]);

/** What is published besides README, LICENSE and the manifest, which npm always takes. */
const FILES = [
  'dist',
  'docs',
  '!docs/*.ts',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  // The sources that the declaration maps lead to. A declaration map cannot hold its source.
  'src',
  '!src/cli',
  '!src/local',
  'cdk',
  '!cdk/app.ts',
  '!cdk/bundle.ts',
  'functions/environment.ts',
  'functions/metric-names.ts',
  'functions/api/route-keys.ts',
];

/**
 * Makes the published manifest of the clone's: exports and commands lead to what was built, and of
 * the dependencies those are left that it loads. What a bundle contains nobody has to install.
 *
 * @param imported the packages that the built exports import
 * @throws {Error} when one of them is neither a dependency nor a peer
 */
export function toPublished(source: Manifest, imported: ReadonlySet<string>): Manifest {
  const manifest = manifestSchema.parse(source);
  const { dependencies, peerDependencies } = manifest;
  const stray = [...imported].filter((name) => !(name in dependencies || name in peerDependencies));
  if (stray.length > 0) throw new Error(`not in dependencies, but imported: ${stray.join(', ')}`);
  const kept = Object.entries(source).filter(([name]) => !LEFT_OUT.has(name));
  return {
    ...Object.fromEntries(kept),
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter(([name]) => imported.has(name)),
    ),
    bin: Object.fromEntries(
      Object.keys(manifest.bin).map((name) => [name, './dist/bin/lighthouse.cjs']),
    ),
    exports: Object.fromEntries(
      Object.entries(manifest.exports).map(([name, path]) => [name, builtExport(path)]),
    ),
    // Programs act when they are loaded. What a module of the exports does then only itself needs.
    sideEffects: ['./dist/bin/*', './dist/cli/*'],
    files: FILES,
  };
}

function builtExport(path: string): string | { readonly types: string; readonly default: string } {
  const [, module] = /^\.\/(.*)\.ts$/.exec(path) ?? [];
  if (module === undefined) return path;
  return { types: `./dist/${module}.d.ts`, default: `./dist/${module}.js` };
}

/** Finds the packages that the built exports and their declarations import. */
export async function importedPackages(): Promise<ReadonlySet<string>> {
  const texts = await Promise.all(['src', 'cdk', 'functions'].map(readModules));
  const specifiers = texts
    .flat()
    .flatMap((text) => [...text.matchAll(/(?:from |import |import\()['"]([^'".][^'"]*)['"]/g)])
    .map(([, specifier = '']) => specifier);
  const packages = specifiers.filter((specifier) => !specifier.startsWith('node:'));
  return new Set(packages.map((each) => /^(?:@[^/]+\/)?[^/]+/.exec(each)?.[0] ?? each));
}

async function readModules(folder: string): Promise<readonly string[]> {
  const files = await readdir(join(DIST, folder), { recursive: true });
  const modules = files.filter((file) => /\.(js|d\.ts)$/.test(file));
  return Promise.all(modules.map((file) => readFile(join(DIST, folder, file), 'utf8')));
}

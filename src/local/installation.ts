import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { LocalStackError } from '../errors.ts';

/**
 * Whether this runs from the sources of a clone, where everything is made afresh, or as `npm run
 * build` made it, where what a stack needs lies ready.
 */
export const RUNS_FROM_SOURCES = import.meta.url.endsWith('.ts');

/**
 * The file of a program that runs in a process of its own. The build puts all of them, under their
 * own names, into the one folder in which this code is then too (`build/bundle-command-line.ts`).
 *
 * @param source its path as seen from this file, such as `./services/sqs-service.ts`
 */
export function programFile(source: string): URL {
  return new URL(RUNS_FROM_SOURCES ? source : `./${parse(source).name}.js`, import.meta.url);
}

/** The cloud assembly that comes with the package. */
export function prebuiltAssembly(): string {
  return fileURLToPath(new URL('../assembly', import.meta.url));
}

const manifestSchema = z.object({
  name: z.string(),
  peerDependencies: z.record(z.string(), z.string()),
});

/** The packages without which no stack runs here, and nothing else needs. */
export const STACK_PACKAGES: readonly string[] = ['dynalite', 'fauxqs'];

/**
 * Checks that the embedded services are installed; they are optional, since only a stack on this
 * machine needs them.
 *
 * @throws {LocalStackError} when one is absent, with the command that installs it
 */
export function requireStackPackages(isInstalled: (name: string) => boolean = hasPackage): void {
  const absent = STACK_PACKAGES.filter((name) => !isInstalled(name));
  if (absent.length === 0) return;
  const { name, peerDependencies } = ownManifest();
  const wanted = absent.map((each) => `"${each}@${peerDependencies[each]}"`).join(' ');
  throw new LocalStackError(
    `a stack on this machine needs ${absent.join(' and ')}, which only it needs and which ` +
      `${absent.length > 1 ? 'are' : 'is'} not installed beside ${name}: npm install ${wanted} ` +
      `(with -g where ${name} was installed with -g)`,
  );
}

function hasPackage(name: string): boolean {
  try {
    return findPackageJSON(name, import.meta.url) !== undefined;
  } catch {
    return false;
  }
}

function ownManifest(): z.infer<typeof manifestSchema> {
  const path = findPackageJSON('..', import.meta.url);
  return manifestSchema.parse(JSON.parse(readFileSync(path ?? '', 'utf8')));
}

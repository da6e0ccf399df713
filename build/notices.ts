import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import * as z from 'zod';
import { ROOT } from './paths.ts';

const manifestSchema = z.object({ name: z.string(), version: z.string(), license: z.string() });

/**
 * Writes the licences of all packages whose code the bundles contain, which those licences ask for.
 *
 * @throws {Error} when a package names no licence
 */
export async function writeNotices(path: string, metafiles: readonly Metafile[]): Promise<void> {
  const folders = new Set(metafiles.flatMap(({ inputs }) => Object.keys(inputs)).map(packageOf));
  const notices = await Promise.all([...folders].filter((folder) => folder !== '').map(noticeOf));
  await writeFile(
    path,
    `The bundles in this folder contain code of the following packages.\n\n${notices.sort().join('\n')}`,
  );
}

/** The folder of the package that a file belongs to; `''` for a file of this project. */
function packageOf(file: string): string {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? '';
}

async function noticeOf(folder: string): Promise<string> {
  const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
  const { name, version, license } = manifestSchema.parse(JSON.parse(text));
  const files = await readdir(join(ROOT, folder));
  const papers = files.filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = await Promise.all(papers.map((file) => readFile(join(ROOT, folder, file), 'utf8')));
  return [`== ${name} ${version} (${license})`, ...texts.map((each) => each.trim()), ''].join(
    '\n\n',
  );
}

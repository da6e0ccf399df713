/**
 * `node build/check-release.ts TAG`: checks that the tag is the version of `package.json` and that
 * CHANGELOG.md has a section about it, and prints that section. It runs before anything is installed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { ROOT } from './paths.ts';

/**
 * Finds the notes of a release.
 *
 * @param tag such as `v0.2.0`
 * @returns the text of the version's section, without its heading
 * @throws {Error} when tag, version and changelog do not agree, with what would be right
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) {
    throw new Error(`the tag is "${tag}" but package.json says ${version}: tag v${version}`);
  }
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((each) => /^[^\s]+/.exec(each)?.[0] === version);
  if (section === undefined) {
    throw new Error(`CHANGELOG.md has no section "## ${version}": name what was "Unreleased" so`);
  }
  const notes = section.slice(section.indexOf('\n')).trim();
  if (notes === '') throw new Error(`the section "## ${version}" of CHANGELOG.md is empty`);
  return `${notes}\n`;
}

if (import.meta.main) {
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  try {
    process.stdout.write(releaseNotes(process.argv[2] ?? '', manifest.version, changelog));
  } catch (error) {
    process.stderr.write(`error: ${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  }
}

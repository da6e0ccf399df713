import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SOURCES = join(import.meta.dirname, 'fixtures');
/** Where what is compiled is kept. */
export const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/lighthouse-bench');
const FLAGS = ['-std=c++20', '-O2', '-Wall', '-Wextra', '-Werror'];

/** The programs in fixtures/, each of one source file. */
export type Program = 'proxies' | 'prober' | 'meter' | 'hostile';

/** True when g++ and OpenSSL's headers are installed, which the bench needs. */
export async function hasCompiler(): Promise<boolean> {
  const probe = run('g++', ['-E', '-x', 'c++', '-include', 'openssl/ssl.h', '/dev/null']);
  return probe.then(
    () => true,
    () => false,
  );
}

/**
 * Compiles a program if its sources have changed since it was last compiled.
 *
 * @returns the path of the executable
 * @throws {Error} when it does not compile, with the compiler's words
 */
export async function compile(program: Program): Promise<string> {
  mkdirSync(CACHE, { recursive: true });
  const executable = join(CACHE, `${program}-${fingerprint(program)}`);
  if (existsSync(executable)) return executable;
  const unfinished = `${executable}.${process.pid}`;
  const source = join(SOURCES, `${program}.cpp`);
  await run('g++', [...FLAGS, '-o', unfinished, source, '-lssl', '-lcrypto']);
  renameSync(unfinished, executable);
  return executable;
}

function fingerprint(program: Program): string {
  const headers = readdirSync(SOURCES).filter((name) => name.endsWith('.hpp'));
  const hash = createHash('sha256').update(FLAGS.join(' '));
  for (const name of [`${program}.cpp`, ...headers]) hash.update(readFileSync(join(SOURCES, name)));
  return hash.digest('hex').slice(0, 16);
}

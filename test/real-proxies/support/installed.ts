import { execFileSync } from 'node:child_process';
import { accessSync, constants, globSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's packages that the suite runs, and the program of each. */
const PROGRAMS = {
  curl: 'curl',
  openssl: 'openssl',
  squid: 'squid',
  tinyproxy: 'tinyproxy',
  'dante-server': 'danted',
  microsocks: 'microsocks',
} as const;

/** Servers are in `sbin`, which is not on every path. */
const DIRECTORIES = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** The full path of a program; null when it is not installed. */
export function findProgram(name: string): string | null {
  const candidates = DIRECTORIES.map((directory) => join(directory, name));
  return candidates.find(isExecutable) ?? null;
}

/**
 * The full path of a program that must be installed.
 *
 * @throws {Error} when it is not
 */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`${name} is not installed`);
  return path;
}

/** The Debian packages that are missing here; empty when the suite can run. */
export function missingPackages(): readonly string[] {
  const programs = Object.entries(PROGRAMS).filter(([, program]) => findProgram(program) === null);
  const missing = programs.map(([debianPackage]) => debianPackage);
  return findNssWrapper() === null ? [...missing, 'libnss-wrapper'] : missing;
}

/** The library that gives one process users of its own; see `danted.ts`. */
export function findNssWrapper(): string | null {
  return globSync('/usr/lib/*/libnss_wrapper.so')[0] ?? null;
}

/** Hashes a password as `/etc/shadow` and Apache's password files hold it (SHA-512 crypt). */
export function cryptPassword(password: string): string {
  const args = ['passwd', '-6', '-stdin'];
  return execFileSync(programPath('openssl'), args, { input: password }).toString().trim();
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

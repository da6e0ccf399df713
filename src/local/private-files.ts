import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { LocalStackError } from '../errors.ts';

/** What a stack keeps in its data directory. */
const DATA_DIRECTORIES = ['dynamodb', 'sqs'];
const DATA_FILES = ['events.ndjson', 'events.ndjson.new'];

/**
 * Makes a directory that only its owner can read, write and enter, or makes it so.
 * @throws {LocalStackError} when it is another user's, who could put other files in its place
 */
export async function makePrivateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await refuseForeign(path);
  await chmod(path, 0o700);
}

/**
 * Makes what a stack keeps in a data directory its owner's alone, also what is there already; the
 * rows hold the passwords of proxies. A directory that holds other files too keeps its own mode.
 * @throws {LocalStackError} when it is no directory, or any of it is another user's
 */
export async function makeDataDirectoryPrivate(path: string): Promise<void> {
  const there = await openDirectory(path);
  const own = new Set([...DATA_DIRECTORIES, ...DATA_FILES]);
  if (there.every((name) => own.has(name))) await makePrivateDirectory(path);
  for (const name of DATA_DIRECTORIES) await makeTreePrivate(join(path, name));
  for (const name of DATA_FILES.filter((each) => there.includes(each))) {
    await makeFilePrivate(join(path, name));
  }
}

async function openDirectory(path: string): Promise<readonly string[]> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    return await readdir(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new LocalStackError(`the directory ${path} cannot be used: ${why}`, { cause });
  }
}

async function makeTreePrivate(path: string): Promise<void> {
  await makePrivateDirectory(path);
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) await makeTreePrivate(inside);
    else if (entry.isFile()) await makeFilePrivate(inside);
  }
}

async function makeFilePrivate(path: string): Promise<void> {
  await refuseForeign(path);
  await chmod(path, 0o600);
}

/** @throws {LocalStackError} when a file or directory belongs to another user */
async function refuseForeign(path: string): Promise<void> {
  if (await belongsToMe(path)) return;
  throw new LocalStackError(`${path} belongs to another user; use a directory of your own`);
}

/** Whether this process's user owns a file; true where the system has no users. */
export async function belongsToMe(path: string): Promise<boolean> {
  const user = process.getuid?.();
  return user === undefined || (await stat(path)).uid === user;
}

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { LocalStackError } from '../errors.ts';
import { belongsToMe, makePrivateDirectory } from './private-files.ts';

/**
 * The file that holds a running stack's addresses and access key, relative to the working directory.
 * Only its owner can read it.
 */
export const STACK_FILE = '.lighthouse/stack.json';

const stackFileSchema = z.object({
  apiUrl: z.string(),
  endpoints: z.object({
    dynamodb: z.string(),
    sqs: z.string(),
    lambda: z.string(),
    eventbridge: z.string(),
  }),
  /** A stack of a version before there were keys asks for none. */
  credentials: z
    .object({ accessKeyId: z.string(), secretAccessKey: z.string() })
    .default({ accessKeyId: 'local', secretAccessKey: 'local' }),
  pid: z.number(),
});

/** What another program needs to find a stack that runs here. */
export type StackFile = z.infer<typeof stackFileSchema>;

/**
 * Writes the file in one step, so that a reader never sees half of it.
 * @throws {LocalStackError} when its directory belongs to another user
 */
export async function writeStackFile(directory: string, content: StackFile): Promise<void> {
  const path = resolve(directory, STACK_FILE);
  const whole = `${path}.${content.pid}`;
  await makePrivateDirectory(dirname(path));
  await rm(whole, { force: true });
  await writeFile(whole, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(whole, path);
}

/**
 * Reads the file; null when it is missing or the stack that wrote it is not running.
 * @throws {LocalStackError} when it belongs to another user, who could lead passwords elsewhere
 */
export async function readStackFile(directory: string): Promise<StackFile | null> {
  const path = resolve(directory, STACK_FILE);
  try {
    if (await belongsToMe(path)) return parseRunning(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
  throw new LocalStackError(`${path} belongs to another user; use a directory of your own`);
}

function parseRunning(content: string): StackFile {
  const parsed = stackFileSchema.parse(JSON.parse(content));
  process.kill(parsed.pid, 0);
  return parsed;
}

/** Removes the file unless another stack has replaced it. */
export async function removeStackFile(directory: string, pid: number): Promise<void> {
  if ((await readStackFile(directory))?.pid !== pid) return;
  await rm(resolve(directory, STACK_FILE), { force: true });
}

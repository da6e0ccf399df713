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

const pidSchema = z.object({ pid: z.number() });

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
 * @throws {LocalStackError} when it belongs to another user, who could lead passwords elsewhere, or
 * the stack that wrote it is running and of a version whose file this one cannot read
 */
export async function readStackFile(directory: string): Promise<StackFile | null> {
  const path = resolve(directory, STACK_FILE);
  let running: ReturnType<typeof parseRunning>;
  try {
    if (!(await belongsToMe(path))) {
      throw new LocalStackError(`${path} belongs to another user; use a directory of your own`);
    }
    running = parseRunning(await readFile(path, 'utf8'));
  } catch (error) {
    if (error instanceof LocalStackError) throw error;
    return null;
  }
  const { pid, file } = running;
  if (file.success) return file.data;
  throw new LocalStackError(
    `${path} is of a stack of another version (process ${pid}); end that one, or use its version`,
  );
}

/** Throws when no process is running that may have written the file. */
function parseRunning(content: string) {
  const parsed: unknown = JSON.parse(content);
  const { pid } = pidSchema.parse(parsed);
  process.kill(pid, 0);
  return { pid, file: stackFileSchema.safeParse(parsed) };
}

/** Removes the file unless another stack has replaced it. */
export async function removeStackFile(directory: string, pid: number): Promise<void> {
  if ((await readStackFile(directory))?.pid !== pid) return;
  await rm(resolve(directory, STACK_FILE), { force: true });
}

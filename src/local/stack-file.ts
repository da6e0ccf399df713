import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';

/** The file that holds a running stack's addresses, relative to the working directory. */
export const STACK_FILE = '.lighthouse/stack.json';

const stackFileSchema = z.object({
  apiUrl: z.string(),
  endpoints: z.object({
    dynamodb: z.string(),
    sqs: z.string(),
    lambda: z.string(),
    eventbridge: z.string(),
  }),
  pid: z.number(),
});

/** What another program needs to find a stack that runs here. */
export type StackFile = z.infer<typeof stackFileSchema>;

/** Writes the file in one step, so that a reader never sees half of it. */
export async function writeStackFile(directory: string, content: StackFile): Promise<void> {
  const path = resolve(directory, STACK_FILE);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${content.pid}`, `${JSON.stringify(content, null, 2)}\n`);
  await rename(`${path}.${content.pid}`, path);
}

/** Reads the file; null when it is missing or the stack that wrote it is not running. */
export async function readStackFile(directory: string): Promise<StackFile | null> {
  try {
    const content = await readFile(resolve(directory, STACK_FILE), 'utf8');
    const parsed = stackFileSchema.parse(JSON.parse(content));
    process.kill(parsed.pid, 0);
    return parsed;
  } catch {
    return null;
  }
}

/** Removes the file unless another stack has replaced it. */
export async function removeStackFile(directory: string, pid: number): Promise<void> {
  if ((await readStackFile(directory))?.pid !== pid) return;
  await rm(resolve(directory, STACK_FILE), { force: true });
}

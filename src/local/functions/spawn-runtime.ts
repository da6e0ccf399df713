import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { programFile } from '../installation.ts';
import type { FunctionSettings } from './function-settings.ts';

/** AWS: "Lambda quotas", file descriptors. */
const FILE_DESCRIPTORS = 1_024;

const RUNTIME = fileURLToPath(programFile('./functions/runtime.mjs'));

/**
 * Starts the process of one execution environment with Lambda's limit of file descriptors and the
 * heap sizes Lambda's runtime gives Node: 90 % of the memory for the old generation, 5 % for a
 * semi-space.
 */
export function spawnRuntime(
  { taskRoot, memoryMb, environment }: FunctionSettings,
  log: (line: string) => void,
): ChildProcess {
  const node = [
    process.execPath,
    `--max-old-space-size=${Math.floor(memoryMb * 0.9)}`,
    `--max-semi-space-size=${Math.max(1, Math.floor(memoryMb * 0.05))}`,
    RUNTIME,
  ];
  const limited = `ulimit -n ${FILE_DESCRIPTORS}; exec "$@"`;
  const [command = '', ...args] =
    process.platform === 'win32' ? node : ['/bin/sh', '-c', limited, 'sh', ...node];
  const child = spawn(command, args, {
    cwd: taskRoot,
    env: { ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null) createInterface({ input: stream }).on('line', log);
  }
  return child;
}

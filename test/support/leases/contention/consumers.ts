import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { ConsumerAnswer, ConsumerSettings, ConsumerTask } from './protocol.ts';

const SOURCE = fileURLToPath(new URL('./consumer-process.ts', import.meta.url));

/** Provides the `require` that CommonJS modules need inside an ES module. */
const REQUIRE =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** A consumer in its own process. */
export interface Consumer {
  /**
   * Gives it a task, one at a time, and returns its answer.
   *
   * @throws {Error} when the task fails or the consumer ends
   */
  tell<Answer extends ConsumerAnswer>(task: ConsumerTask): Promise<Answer>;
  /** Kills it, like a crash. */
  kill(): Promise<void>;
}

/** The consumer's program, bundled in one file that a hundred processes load in a few seconds. */
export interface ConsumerProgram extends AsyncDisposable {
  start(settings: ConsumerSettings): Promise<Consumer>;
}

/** Builds the program; `await using` ends every consumer it started. */
export async function buildConsumers(): Promise<ConsumerProgram> {
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-consumers-'));
  const outfile = join(directory, 'consumer.mjs');
  await build({
    entryPoints: [SOURCE],
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    banner: { js: REQUIRE },
    logLevel: 'error',
  });
  const children = new Set<ChildProcess>();
  return {
    async start(settings) {
      const child = fork(outfile, [JSON.stringify(settings)], { serialization: 'advanced' });
      children.add(child);
      await once(child, 'message');
      return consumerOf(child);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...children].map(kill));
      await rm(directory, { recursive: true });
    },
  };
}

function consumerOf(child: ChildProcess): Consumer {
  return {
    async tell<Answer extends ConsumerAnswer>(task: ConsumerTask) {
      const answered = once(child, 'message');
      child.send(task);
      const ended = once(child, 'exit').then(() => [{ error: 'the consumer has ended' }]);
      const [answer] = (await Promise.race([answered, ended])) as [ConsumerAnswer];
      if ('error' in answer) throw new Error(answer.error);
      return answer as Answer;
    },
    kill: () => kill(child),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

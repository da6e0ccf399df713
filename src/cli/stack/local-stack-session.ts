import type { LocalStack } from '../../local/local-stack.ts';
import { ExitCode, Interrupted } from '../interrupt.ts';
import type { ProgressLine } from '../output/progress-line.ts';
import { formatSeconds } from '../output/summary-text.ts';
import type { Terminal } from '../terminal.ts';

export interface LocalStackSettings {
  /** CDK context that is added to the context of cdk.json. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly dataDir?: string | undefined;
  readonly apiPort?: number | undefined;
  /** Whether other commands in this directory can find the stack. */
  readonly findable: boolean;
  /** Takes what the functions and the stack log. */
  readonly log: ((line: string) => void) | undefined;
  /** Shows the progress while the stack starts. */
  readonly status: ProgressLine;
}

/**
 * Runs the stack while `work` runs, and leaves nothing behind. Aborts `stop` with the reason
 * when the stack cannot go on.
 */
export async function withLocalStack<T>(
  settings: LocalStackSettings,
  stop: AbortController,
  work: (stack: LocalStack) => Promise<T>,
): Promise<T> {
  const { dataDir, apiPort, log, findable, status } = settings;
  const startedAt = performance.now();
  status.start(() => `starting the stack … ${formatSeconds(performance.now() - startedAt)}`);
  // Imported here so that only commands that run a stack load the AWS clients.
  const { openAssembly } = await import('../../local/synthesize.ts');
  const { startLocalStack } = await import('../../local/local-stack.ts');
  try {
    await using assembly = await openAssembly(settings.context);
    stop.signal.throwIfAborted();
    const stack = await startLocalStack({
      outDir: assembly.directory,
      ...(dataDir !== undefined && { dataDir }),
      ...(apiPort !== undefined && { apiPort }),
      ...(log !== undefined && { log }),
      ...(!findable && { stackFileDirectory: null }),
    });
    stack.closed.then((reason) => reason && stop.abort(reason));
    try {
      stop.signal.throwIfAborted();
      status.stop();
      return await work(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    status.stop();
  }
}

/**
 * Runs the stack until it is interrupted, which is how it ends without an error.
 *
 * @throws {Error} when the stack cannot go on, with the reason
 */
export async function serveLocalStack(
  settings: LocalStackSettings,
  stop: AbortController,
  work: (stack: LocalStack) => Promise<void>,
): Promise<ExitCode> {
  try {
    await withLocalStack(settings, stop, work);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  if (stop.signal.reason instanceof Interrupted) return ExitCode.ok;
  throw stop.signal.reason;
}

/** What `--verbose` does with a log line; undefined without the flag. */
export function logTo(
  { stderr }: Terminal,
  { verbose }: { readonly verbose?: true },
): ((line: string) => void) | undefined {
  return verbose && ((line) => void stderr.write(`${line}\n`));
}

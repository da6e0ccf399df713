import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { LocalStackError } from '../errors.ts';
import { prebuiltAssembly, RUNS_FROM_SOURCES } from './installation.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

const cdkConfigSchema = z.object({ context: z.record(z.string(), z.unknown()).default({}) });

/** The context the CDK's command line adds by itself; with it the templates are the same. */
const COMMAND_LINE_CONTEXT = {
  'aws:cdk:enable-path-metadata': true,
  'aws:cdk:enable-asset-metadata': true,
};

export interface SynthesizeOptions {
  /** The directory to which the cloud assembly is written. */
  readonly outDir: string;
  /** CDK context on top of that of `cdk.json`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * Runs the CDK app, which bundles the functions and writes the templates. Unlike `cdk synth` it
 * skips the slow validation, so a stack that would not deploy may run here.
 * @returns the absolute path of the cloud assembly
 * @throws {LocalStackError} when the app fails, with the app's own words
 */
export async function synthesize({ outDir, context = {} }: SynthesizeOptions): Promise<string> {
  const directory = resolve(outDir);
  const config = cdkConfigSchema.parse(
    JSON.parse(await readFile(resolve(PROJECT, 'cdk.json'), 'utf8')),
  );
  const app = spawn(process.execPath, ['cdk/app.ts'], {
    cwd: PROJECT,
    env: {
      ...process.env,
      CDK_OUTDIR: directory,
      CDK_CONTEXT_JSON: JSON.stringify({ ...COMMAND_LINE_CONTEXT, ...config.context, ...context }),
      CDK_VALIDATION: 'false',
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(app.stderr), once(app, 'exit')]);
  if (code === 0) return directory;
  throw new LocalStackError(`the CDK app failed (exit status ${code}):\n${said.slice(-4_000)}`);
}

/** A cloud assembly to run; disposing of it removes what was made for this run. */
export interface OpenAssembly extends AsyncDisposable {
  readonly directory: string;
}

/**
 * Synthesizes the stack into a directory of its own. In an installed package it is the assembly that
 * comes with it, which needs no CDK.
 * @param context CDK context on top of that of `cdk.json`
 * @throws {LocalStackError} when the app fails, or a prebuilt assembly would need other settings
 */
export async function openAssembly(
  context: Readonly<Record<string, unknown>> = {},
): Promise<OpenAssembly> {
  if (!RUNS_FROM_SOURCES) {
    if (Object.keys(context).length > 0) {
      throw new LocalStackError(
        'an installed package runs its stack with the settings it came with',
      );
    }
    return { directory: prebuiltAssembly(), async [Symbol.asyncDispose]() {} };
  }
  const directory = await mkdtemp(join(tmpdir(), 'lighthouse-assembly-'));
  const remove = () => rm(directory, { recursive: true, force: true });
  try {
    await synthesize({ outDir: directory, context });
  } catch (error) {
    await remove();
    throw error;
  }
  return { directory, [Symbol.asyncDispose]: remove };
}

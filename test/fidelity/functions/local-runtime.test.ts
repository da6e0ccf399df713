import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { FunctionSettings } from '../../../src/local/functions/function-settings.ts';
import type { FunctionError } from '../../../src/local/functions/invocation.ts';
import { LocalFunction } from '../../../src/local/functions/local-function.ts';
import { describeWith } from '../support/describe-with.ts';
import { RUNTIME_CLIENT } from '../tools/tools.ts';
import { LambdaFunction } from './runtime-client.ts';

/** Modules with a handler, each for one way in which an invocation can end. */
const MODULES: Readonly<Record<string, string>> = {
  'an answer': 'export const handler = async (event) => ({ got: event.n });',
  'no answer': 'export const handler = async () => {};',
  'an error': "export const handler = async () => { throw new TypeError('not a pool'); };",
  'an error with a name of its own':
    "export const handler = async () => { throw Object.assign(new Error('x'), { name: 'Mine' }); };",
  'text that was thrown': "export const handler = async () => { throw 'words'; };",
  'nothing that was thrown': 'export const handler = async () => { throw undefined; };',
  'an error at the start': "throw new RangeError('too far'); export const handler = () => {};",
  'no such handler': 'export const other = async () => {};',
  'a handler that is no function': 'export const handler = 7;',
};

describeWith([RUNTIME_CLIENT], "the local stack's runtime reports as AWS's does", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lighthouse-runtime-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each(Object.entries(MODULES))('%s', async (_title, source) => {
    const taskRoot = await mkdtemp(join(directory, 'task-'));
    await writeFile(join(taskRoot, 'index.mjs'), source);
    const settings = settingsOf(taskRoot);
    expect(await runLocally(settings)).toEqual(await runAsInLambda(settings));
  });
});

const EVENT = { n: 1 };

async function runAsInLambda(settings: FunctionSettings): Promise<unknown> {
  await using fn = await LambdaFunction.start(settings);
  const report = await fn.invoke(EVENT);
  if (report.kind === 'exit') return report;
  return report.kind === 'response' ? { answer: report.body } : errorOf(report.body);
}

async function runLocally(settings: FunctionSettings): Promise<unknown> {
  const fn = new LocalFunction(settings, { clock: systemClock, log: () => {} });
  try {
    const outcome = await fn.invoke(JSON.stringify(EVENT));
    return outcome.ok ? { answer: JSON.parse(outcome.payload) } : errorOf(outcome.error);
  } finally {
    await fn.stop();
  }
}

/** What callers and logs go by; the lines of a trace name files of the runtime. */
function errorOf({ errorType, errorMessage }: FunctionError) {
  return { error: { errorType, errorMessage } };
}

function settingsOf(taskRoot: string): FunctionSettings {
  return {
    logicalId: 'Function',
    constructPath: '',
    name: 'function',
    arn: 'arn:aws:lambda:us-east-1:000000000000:function:function',
    taskRoot,
    timeoutMs: 10_000,
    memoryMb: 256,
    concurrency: 1,
    environment: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      LAMBDA_TASK_ROOT: taskRoot,
      _HANDLER: 'index.handler',
      AWS_LAMBDA_FUNCTION_NAME: 'function',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/function',
      AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    },
  };
}

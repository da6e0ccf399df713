import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { readFunctionSettings } from '../../src/local/functions/function-settings.ts';
import type { InvocationOutcome } from '../../src/local/functions/invocation.ts';
import { LocalFunction } from '../../src/local/functions/local-function.ts';
import { readCloudAssemblyStack } from '../../src/local/template/cloud-assembly.ts';
import { namePhysicalResources } from '../../src/local/template/physical-names.ts';
import { ResolvedTemplate } from '../../src/local/template/resolved-template.ts';
import {
  FIXTURE_STACK,
  type FixtureAssembly,
  functionResource,
  writeFixtureAssembly,
} from './support/fixture-assembly.ts';
import { LineWatcher } from './support/line-watcher.ts';

const HANDLER = `
import { openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
let invocations = 0;
const hoard = [];
const does = {
  sleep: ({ ms }) => delay(ms),
  async hoard() { for (;;) { hoard.push(Buffer.alloc(8e6, 1)); await delay(5); } },
  spike() { Buffer.alloc(1e8, 1); },
  exit() { process.exit(3); },
  fail() { throw new TypeError('boom'); },
  reject() { Promise.reject(new Error('nobody listens')); return delay(1000); },
  print() { console.log('a line of its own'); },
  large() { return 'x'.repeat(7e6); },
  descriptors() { const open = []; for (;;) try { open.push(openSync('/dev/null')); } catch (e) { return [e.code, open.length]; } },
};
export const handler = async (event, context) => {
  invocations += 1;
  const result = await does[event.do]?.(event);
  return { invocations, pid: process.pid, left: context.getRemainingTimeInMillis(), home: process.env.HOME, name: context.functionName, memory: context.memoryLimitInMB, result };
};`;

let assembly: FixtureAssembly;
let watcher: LineWatcher;
let main: LocalFunction;
let small: LocalFunction;
let broken: LocalFunction;

beforeAll(async () => {
  assembly = await writeFixtureAssembly(
    {
      Main: functionResource('main', { Timeout: 1, ReservedConcurrentExecutions: 2 }),
      Small: functionResource('main', { MemorySize: 128 }),
      Broken: functionResource('broken'),
    },
    { main: HANDLER, broken: 'throw new RangeError("cannot load");' },
  );
  const stack = readCloudAssemblyStack(assembly.directory, FIXTURE_STACK);
  const template = new ResolvedTemplate(stack, namePhysicalResources(stack, 'http://127.0.0.1:1'));
  watcher = new LineWatcher();
  [main, small, broken] = readFunctionSettings(template, stack, {}).map(
    (settings) => new LocalFunction(settings, { clock: systemClock, log: watcher.add }),
  ) as [LocalFunction, LocalFunction, LocalFunction];
});

afterAll(async () => {
  await Promise.all([main, small, broken].map((each) => each.stop()));
  await assembly[Symbol.asyncDispose]();
});

async function call(event: object, target = main) {
  const outcome = await target.invoke(JSON.stringify(event));
  return { outcome, value: outcome.ok ? JSON.parse(outcome.payload) : null };
}

function errorOf(outcome: InvocationOutcome) {
  return outcome.ok ? null : outcome.error;
}

describe('a local function', () => {
  it('keeps its process between invocations and inherits no environment', async () => {
    const first = await call({});
    const second = await call({});
    expect(second.value).toMatchObject({
      pid: first.value.pid,
      invocations: first.value.invocations + 1,
      name: 'Fixture-Main',
      memory: '256',
    });
    expect(first.value.home).toBeUndefined();
    expect(first.value.left).toBeGreaterThan(700);
    expect(first.value.left).toBeLessThanOrEqual(1000);
  });

  it('runs one invocation per process and makes a third caller wait', async () => {
    const calls = await Promise.all([1, 2, 3].map(() => call({ do: 'sleep', ms: 200 })));
    expect(new Set(calls.map(({ value }) => value.pid)).size).toBe(2);
  });

  it('is cut off at its timeout and starts afresh', async () => {
    const before = main.pids;
    const { outcome } = await call({ do: 'sleep', ms: 60_000 });
    expect(errorOf(outcome)).toEqual({
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/Task timed out after 1\.00 seconds$/),
    });
    const calls = await Promise.all([call({}), call({})]);
    const pids = calls.map(({ value }) => value.pid);
    expect(before.filter((pid) => !pids.includes(pid))).toHaveLength(1);
  });

  it.each(['hoard', 'spike'])('is killed when it uses more than its memory (%s)', async (how) => {
    const { outcome } = await call({ do: how }, small);
    expect(errorOf(outcome)?.errorType).toBe('Runtime.OutOfMemory');
    expect(small.statistics.peakMemoryMb).toBeGreaterThan(128);
  });

  it('reports an exit, a thrown error and an unhandled rejection', async () => {
    const exit = await call({ do: 'exit' });
    expect(errorOf(exit.outcome)).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: 'Runtime exited with error: exit status 3',
    });
    const thrown = await call({ do: 'fail' });
    expect(errorOf(thrown.outcome)).toMatchObject({ errorType: 'TypeError', errorMessage: 'boom' });
    const rejected = await call({ do: 'reject' });
    expect(errorOf(rejected.outcome)).toMatchObject({
      errorType: 'Runtime.UnhandledPromiseRejection',
      errorMessage: 'nobody listens',
    });
  });

  it('fails the invocation, not the stack, when its module cannot be loaded', async () => {
    const { outcome } = await call({}, broken);
    expect(errorOf(outcome)).toMatchObject({
      errorType: 'RangeError',
      errorMessage: 'cannot load',
    });
  });

  it('refuses an answer above 6 MiB', async () => {
    const { outcome } = await call({ do: 'large' });
    expect(errorOf(outcome)?.errorType).toBe('Function.ResponseSizeTooLarge');
  });

  it('can open up to 1,024 descriptors', async () => {
    const { value } = await call({ do: 'descriptors' });
    expect(value.result[0]).toBe('EMFILE');
    expect(value.result[1]).toBeGreaterThan(900);
    expect(value.result[1]).toBeLessThan(1024);
  });

  it('writes its own lines and a REPORT line as Lambda does', async () => {
    await call({ do: 'print' });
    await watcher.waitFor((line) => line === '[Fixture-Main] a line of its own');
    expect(watcher.lines).toContainEqual(
      expect.stringMatching(
        /^\[Fixture-Main\] REPORT RequestId: [\w-]{36}\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: [\d.]+ ms$/,
      ),
    );
    const { peakMemoryMb, coldStarts, invocations, errors } = main.statistics;
    expect(peakMemoryMb).toBeGreaterThan(30);
    expect(peakMemoryMb).toBeLessThan(256);
    expect(coldStarts).toBeLessThan(invocations);
    expect(errors).toBeGreaterThan(0);
  });
});

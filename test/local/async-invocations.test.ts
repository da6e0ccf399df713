import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { AsyncInvocations } from '../../src/local/functions/async-invocations.ts';
import type { AsyncInvokeSettings } from '../../src/local/functions/async-invoke-settings.ts';
import type { Invocable, InvocationOutcome } from '../../src/local/functions/invocation.ts';

const clock: Clock = { now: () => 0, monotonic: () => 0 };
const failed: InvocationOutcome = {
  requestId: 'a',
  ok: false,
  error: { errorType: 'Error', errorMessage: 'no' },
};

/** A function that fails a number of times before it answers. */
function failing(times: number) {
  let invocations = 0;
  const invoke = async (): Promise<InvocationOutcome> => {
    invocations += 1;
    return invocations > times ? { requestId: 'a', ok: true, payload: '{}' } : failed;
  };
  const target: Invocable = { settings: { name: 'f' }, invoke };
  return { target, count: () => invocations };
}

function asyncInvocations(settings: Partial<AsyncInvokeSettings> = {}) {
  const all = { maximumRetries: 2, maximumAgeMs: 1_000, ...settings };
  return new AsyncInvocations({
    settings: new Map([['f', all]]),
    retryDelaysMs: [1, 2],
    clock,
    log: () => {},
  });
}

describe('an asynchronous event', () => {
  it.each([
    [0, 1, true],
    [1, 2, true],
    [2, 3, true],
    [3, 3, false],
  ])('of a function that fails %i times is tried %i times', async (times, tries, ok) => {
    const { target, count } = failing(times);
    const outcome = await asyncInvocations().submit(target, '{}');
    expect([count(), outcome?.ok]).toEqual([tries, ok]);
  });

  it('is retried only as often as its function allows', async () => {
    const { target, count } = failing(3);
    await asyncInvocations({ maximumRetries: 1 }).submit(target, '{}');
    expect(count()).toBe(2);
  });

  it('is not retried once it is too old', async () => {
    const { target, count } = failing(3);
    await asyncInvocations({ maximumAgeMs: 1 }).submit(target, '{}');
    expect(count()).toBe(2);
  });

  it('is given up when the stack ends', async () => {
    const { target, count } = failing(3);
    const invocations = asyncInvocations();
    const outcome = invocations.submit(target, '{}');
    invocations.stop();
    expect(await outcome).toBeNull();
    expect(count()).toBe(1);
  });
});

import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import { systemClock } from '../../../src/clock.ts';
import type { BatchMessage } from '../../../src/model/sweep.ts';
import { DEFAULT_SWEEP_LIMITS } from '../../../src/model/sweep-limits.ts';
import { writeBatchMessage } from '../../../src/sweeps/check/batch-message.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { startSweep } from '../../../src/sweeps/start/start-sweep.ts';
import { lambdaContext, sqsEvent } from '../../functions/support/lambda-events.ts';
import { recordTelemetry } from '../../functions/support/recorded-telemetry.ts';
import { makeProxies } from '../../support/factories.ts';
import { FakeChecker } from '../../support/fakes/fake-checker.ts';
import type { BenchStack } from './bench-stack.ts';
import { createPool, fillPool } from './fill.ts';
import { medianOf, type Point, type Series } from './series.ts';

const SIZES = [64, 128, 256];
/** Sweeps whose times are not counted: the first changes every status, then V8 still compiles. */
const WARM_UP = 8;
const ROUNDS = 25;

/**
 * A batch from its message to its acknowledgement: the checker's handler in this process, with the
 * embedded DynamoDB, and with probes that end at once, so that all of it is outside probing.
 */
export async function measureBatch(stack: BenchStack): Promise<Series> {
  const points: Point[] = [];
  for (const size of SIZES) {
    const poolName = `batch-${size}`;
    await createPool(stack, { poolName });
    await fillPool(stack, poolName, makeProxies(size));
    const times: number[] = [];
    for (let round = 0; round < WARM_UP + ROUNDS; round += 1)
      times.push(await sweepOnce(stack, poolName));
    points.push({ size, ms: medianOf(times.slice(WARM_UP)) });
  }
  return { name: 'batch', points };
}

/** Sweeps a pool of one batch; returns how long its checker took, milliseconds. */
async function sweepOnce({ storage }: BenchStack, poolName: string): Promise<number> {
  const context = { storage, clock: systemClock, limits: DEFAULT_SWEEP_LIMITS };
  const messages: BatchMessage[] = [];
  const { sweepId } = await startSweep(context, { poolName, trigger: 'manual' });
  const sendBatches = async (sent: readonly BatchMessage[]) => void messages.push(...sent);
  await dispatchSweep({ ...context, sendBatches }, sweepId);
  const handler = createCheckerHandler({
    ...context,
    checker: new FakeChecker(),
    maxReceives: 5,
    telemetry: recordTelemetry(),
    queue: { hide: async () => {}, deadLetter: async () => {} },
  });
  const event = sqsEvent(messages.map(writeBatchMessage));
  const startedAt = performance.now();
  const { batchItemFailures } = await handler(event, lambdaContext());
  const ms = performance.now() - startedAt;
  if (batchItemFailures.length > 0) throw new Error(`a batch of ${poolName} failed`);
  return ms;
}

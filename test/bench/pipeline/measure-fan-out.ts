import { limitCpu } from '../../support/cpu-share.ts';
import type { BenchStack } from './bench-stack.ts';
import { createPool, fillPool, firstProxiesOf } from './fill.ts';
import type { Point, Series } from './series.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000];
/** What 512 MB are of a whole core in Lambda (AWS: "Configure Lambda function memory"). */
const SHARE = 512 / 1769;
const MINUTE_MS = 60_000;

/**
 * A tick that starts a sweep and sends its batches: the bundle in a process of its own at a
 * Lambda's share of a core, with the embedded DynamoDB and a queue that only counts, since the
 * embedded one would take longer than the function. Only the rows that the size is estimated from
 * are there.
 */
export async function measureFanOut(stack: BenchStack): Promise<Series> {
  let minute = Math.ceil(Date.now() / MINUTE_MS) + 1;
  const tick = async () => {
    minute += 1;
    const outcome = await stack.whole.stack.fireSchedule(undefined, new Date(minute * MINUTE_MS));
    if (outcome?.ok !== true) throw new Error(`the tick failed: ${JSON.stringify(outcome)}`);
  };
  await tick();
  using limits = new DisposableStack();
  for (const pid of stack.used('fanOut').pids) {
    const limited = limitCpu(pid, SHARE);
    limits.defer(() => limited.release());
  }
  const points: Point[] = [];
  for (const size of SIZES) {
    const poolName = `fan-out-${size}`;
    await createPool(stack, { poolName, intervalSeconds: 86_400 });
    await fillPool(stack, poolName, firstProxiesOf(size));
    const [sent, { durationMs }] = [stack.sent(), stack.used('fanOut')];
    await tick();
    const after = stack.used('fanOut');
    const batches = stack.sent() - sent;
    if (batches < size / 256) throw new Error(`${batches} batches for ${size} proxies`);
    points.push({ size, ms: after.durationMs - durationMs, peakMb: after.peakMemoryMb });
  }
  return { name: 'fan-out', points };
}

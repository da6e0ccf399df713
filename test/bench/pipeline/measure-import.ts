import type { BenchStack } from './bench-stack.ts';
import { createPool } from './fill.ts';
import { leastOf, type Point, ROUNDS, type Series } from './series.ts';

const SIZES = [1_000, 3_000, 10_000];

/** An import of new proxies in one request: the API of the local stack, its function included. */
export async function measureImport(stack: BenchStack): Promise<Series> {
  const points: Point[] = [];
  await importList(stack, 'import-warm-up', 1_000);
  for (const size of SIZES) {
    let round = 0;
    const ms = await leastOf(ROUNDS, () => importList(stack, `import-${size}-${round++}`, size));
    points.push({ size, ms, peakMb: stack.used('api').peakMemoryMb });
  }
  return { name: 'import', points };
}

async function importList(stack: BenchStack, poolName: string, size: number): Promise<void> {
  await createPool(stack, { poolName });
  const list = Array.from(
    { length: size },
    (_, index) => `http://user-${index}:password@10.0.${index >> 8}.${index & 255}:8080`,
  ).join('\n');
  const { status, body } = await stack.whole.call('POST', `/pools/${poolName}/proxies`, list);
  if (status === 200 && body.added === size) return;
  throw new Error(`an import of ${size} answered ${status}: ${JSON.stringify(body).slice(0, 300)}`);
}

import type { BenchStack } from './bench-stack.ts';
import { createPool } from './fill.ts';
import type { Point, Series } from './series.ts';

const SIZES = [1_000, 3_000, 10_000];

/** An import of new proxies in one request: the API of the local stack, its function included. */
export async function measureImport(stack: BenchStack): Promise<Series> {
  const points: Point[] = [];
  await importList(stack, 'import-warm-up', 1_000);
  for (const size of SIZES) {
    const ms = await importList(stack, `import-${size}`, size);
    points.push({ size, ms, peakMb: stack.used('api').peakMemoryMb });
  }
  return { name: 'import', points };
}

async function importList(stack: BenchStack, poolName: string, size: number): Promise<number> {
  await createPool(stack, { poolName });
  const list = Array.from(
    { length: size },
    (_, index) => `http://user-${index}:password@10.0.${index >> 8}.${index & 255}:8080`,
  ).join('\n');
  const startedAt = performance.now();
  const { status, body } = await stack.whole.call('POST', `/pools/${poolName}/proxies`, list);
  const ms = performance.now() - startedAt;
  if (status !== 200 || body.added !== size) {
    throw new Error(
      `an import of ${size} answered ${status}: ${JSON.stringify(body).slice(0, 300)}`,
    );
  }
  return ms;
}

import { describe, expect, it } from 'vitest';
import { CachedReads } from '../../src/leases/cached-reads.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

describe('cached reads', () => {
  it('keep nothing that is out of date', async () => {
    const clock = new FakeClock();
    const reads: string[] = [];
    const cached = new CachedReads(clock, async (key) => reads.push(key));
    for (const key of ['a', 'b']) await cached.get(key);
    clock.advance(20_000);
    await cached.get('c');
    expect(cached.size).toBe(3);
    clock.advance(10_000);
    await cached.get('d');
    expect(cached.size).toBe(2);
    await cached.get('c');
    expect(reads).toEqual(['a', 'b', 'c', 'd']);
  });
});

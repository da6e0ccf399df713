import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../src/errors.ts';
import { importProxies } from '../../src/pools/import-proxies.ts';
import type { ListEntry } from '../../src/proxies/list-entry.ts';
import { FAR_FUTURE_SECONDS, makeProxies, makeProxy } from '../support/factories.ts';
import { SweepWorld } from '../support/sweeps/sweep-world.ts';

async function* entriesOf(entries: Iterable<ListEntry>): AsyncGenerator<ListEntry> {
  yield* entries;
}

const accepted = (count: number) =>
  makeProxies(count).map((proxy, index) => ({ kind: 'accepted', line: index + 1, proxy }) as const);

const rejected = (line: number) =>
  ({
    kind: 'rejected',
    line,
    reason: 'missing_port',
    detail: 'there is no port',
    text: '1.2.3.4',
  }) as const;

describe('importProxies', () => {
  it('accounts for every entry', async () => {
    const world = new SweepWorld();
    await world.fill(2);
    const seen: number[] = [];
    const list: ListEntry[] = [
      ...accepted(3).map((entry) => ({ ...entry, ignored: ['rank', 'latency'] })),
      { kind: 'duplicate', line: 4, proxyId: makeProxy(0).id },
      { kind: 'skipped', line: 5, reason: 'comment' },
      rejected(6),
    ];
    const report = await importProxies(world, 'fleet', entriesOf(list), {
      onEntry: ({ line }) => seen.push(line),
      lines: true,
    });
    const { kind: _kind, ...rejection } = rejected(6);
    expect(report).toEqual({
      read: 6,
      accepted: 3,
      duplicate: 1,
      skipped: 1,
      rejected: 1,
      added: 1,
      existing: 2,
      ignoredColumns: ['rank', 'latency'],
      rejections: [rejection],
      lines: makeProxies(3).map(({ id }, index) => ({ line: index + 1, proxyId: id })),
    });
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    expect(await world.rows()).toHaveLength(3);
  });

  it('changes nothing when repeated', async () => {
    const world = new SweepWorld();
    await world.fill(0);
    await importProxies(world, 'fleet', entriesOf(accepted(600)));
    await world.sweep();
    const rows = await world.rows();
    const report = await importProxies(world, 'fleet', entriesOf(accepted(600)));
    expect(report).toMatchObject({ accepted: 600, added: 0, existing: 600 });
    expect(report).not.toHaveProperty('lines');
    expect(await world.rows()).toEqual(rows);
  });

  it('lists the first 100 rejected entries and counts all of them', async () => {
    const world = new SweepWorld();
    await world.fill(0);
    const list = Array.from({ length: 250 }, (_, index) => rejected(index + 1));
    const report = await importProxies(world, 'fleet', entriesOf(list));
    expect(report.rejected).toBe(250);
    expect(report.rejections.map(({ line }) => line)).toEqual(
      Array.from({ length: 100 }, (_, index) => index + 1),
    );
  });

  it('lets rows expire with their pool', async () => {
    const world = new SweepWorld();
    await world.fill(0, { expiresAtEpochSeconds: FAR_FUTURE_SECONDS });
    await importProxies(world, 'fleet', entriesOf(accepted(1)));
    expect((await world.rows())[0]?.expiresAtEpochSeconds).toBe(FAR_FUTURE_SECONDS);
  });

  it('refuses a pool that does not exist before it reads anything', async () => {
    const world = new SweepWorld();
    const list = entriesOf(accepted(1));
    await expect(importProxies(world, 'fleet', list)).rejects.toThrow(NotFoundError);
  });
});

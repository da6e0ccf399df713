import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { TableName } from '../../src/storage/dynamodb-tables.ts';
import { type Fixture, type RawItem, readFixture } from '../fixtures/fixture.ts';

/** The names of the attributes of each kind of item, except those that vary by batch. */
function shapesOf(items: Fixture['items']): Readonly<Record<string, readonly string[]>> {
  const shapes = new Map<string, Set<string>>();
  for (const [table, some] of Object.entries(items)) {
    for (const item of some) {
      const kind = kindOf(item, table as TableName);
      const names = shapes.get(kind) ?? new Set();
      shapes.set(kind, names);
      for (const name of Object.keys(item)) names.add(/^b[01*]/.test(name) ? 'b' : name);
    }
  }
  const sorted = [...shapes].map(([kind, names]) => [kind, [...names].sort()] as const);
  return Object.fromEntries(sorted.sort());
}

function kindOf({ sweepId, part }: RawItem, table: TableName): string {
  if (table !== 'sweeps') return table;
  const id = /^(?:policy|sweep-key|lease-key|pools-\w+)/.exec(sweepId?.S ?? '')?.[0];
  return id ?? String(part?.S).replace(/#.*/, '');
}

/** What the release without format numbers lets pass: no other fields than these. */
const messageBefore = z.strictObject({
  sweepId: z.string(),
  poolName: z.string(),
  bits: z.string(),
  deadlineAt: z.string(),
});
const requestBefore = z.strictObject({ sweepId: z.string() });

describe('the release before format numbers', () => {
  const now = readFixture('format-1');
  const before = readFixture('format-0');

  it('finds in every kind of item the attributes that it writes itself, and the number besides', () => {
    const known = shapesOf(before.items);
    expect(Object.keys(known)).toHaveLength(11);
    const numbered = Object.entries(known).map(([kind, names]) => [kind, [...names, 'v'].sort()]);
    expect(shapesOf(now.items)).toEqual(Object.fromEntries(numbered));
  });

  it('reads its own messages and requests, and none with a number: queues are drained first', () => {
    for (const body of before.sent.messages) messageBefore.parse(JSON.parse(body));
    for (const request of before.sent.requests) requestBefore.parse(JSON.parse(request));
    for (const body of now.sent.messages) {
      const { format, ...message } = JSON.parse(body);
      expect(format).toBe(1);
      expect(messageBefore.safeParse(message).success).toBe(true);
      expect(messageBefore.safeParse({ format, ...message }).success).toBe(false);
    }
    for (const request of now.sent.requests) {
      const { format, ...rest } = JSON.parse(request);
      expect(format).toBe(1);
      expect(requestBefore.safeParse(rest).success).toBe(true);
    }
  });

  it('sends events with the same fields, and the number besides', () => {
    const fieldsOf = ({ detail }: Fixture['sent']['events'][number]) =>
      Object.keys(JSON.parse(detail));
    const [older, newer] = [before, now].map(({ sent }) => sent.events.map(fieldsOf));
    expect(newer).toEqual(older?.map((fields) => ['format', ...fields]));
  });
});

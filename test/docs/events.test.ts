import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../src/health/failure.ts';
import { busEventSchema } from '../../src/local/event-bus/bus-event.ts';
import { createProxyRow } from '../../src/storage/create-proxy-row.ts';
import {
  proxyStatusChanged,
  type SweepEvent,
  sweepFinished,
} from '../../src/sweeps/record/sweep-events.ts';
import {
  makeBatchResult,
  makeCounts,
  makeProxy,
  makeStoredResult,
  makeSweep,
} from '../support/factories.ts';

const text = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
const documented = [...text.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) =>
  busEventSchema.strict().parse(JSON.parse(json)),
);

const proxy = makeProxy(0, { labels: { provider: 'Example' } });
const { statusCode: _none, ...failed } = makeStoredResult({
  status: 'inactive',
  failure: 'refused',
  failedPhase: 'connect',
  timings: { connect: 1 },
});
const row = createProxyRow({ poolName: 'fleet', proxy, statusSince: '2026-01-15T12:00:00.000Z' });
const sent: readonly (SweepEvent | null)[] = [
  proxyStatusChanged(
    { ...row, previousStatus: 'active', status: 'inactive' },
    makeBatchResult({ results: new Map([[proxy.id, failed]]) }),
  ),
  sweepFinished(
    makeSweep({
      state: 'complete',
      closedAt: '2026-01-15T12:00:09.118Z',
      totals: makeCounts({ inactive: 1, failures: { refused: 1 } }),
    }),
  ),
];

/** The value with the type of each leaf in place of the leaf. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
}

describe('the documented events', () => {
  it.each(documented.map((event) => [event['detail-type'], event] as const))(
    '%s has the fields that are sent',
    (type, event) => {
      const same = sent.find((each) => each?.type === type);
      expect(shapeOf(event.detail)).toEqual(shapeOf(same?.detail));
    },
  );

  it('are both types, with the sentence of the failure as it is', () => {
    expect(documented.map((event) => event['detail-type'])).toEqual(sent.map((each) => each?.type));
    expect(text).toContain(describeFailure('refused').sentence);
  });
});

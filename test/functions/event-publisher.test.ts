import { describe, expect, it } from 'vitest';
import { createEventPublisher } from '../../functions/event-publisher.ts';
import { Credentials } from '../../src/proxies/credentials.ts';
import { createProxyRow } from '../../src/storage/create-proxy-row.ts';
import { proxyStatusChanged, type SweepEvent } from '../../src/sweeps/record/sweep-events.ts';
import { makeBatchResult, makeProxy, makeStoredResult } from '../support/factories.ts';
import { type EventBusScript, startScriptedEventBus } from './support/scripted-event-bus.ts';

const SINCE = '2026-01-15T12:00:00.000Z';

describe('the event publisher', () => {
  it('sends ten events a call, each once, in the form EventBridge expects', async () => {
    await using bus = await startScriptedEventBus(() => null);
    const events = changes(34);
    await publisherOf(bus)(events);
    expect(bus.calls.map(({ length }) => length).sort()).toEqual([10, 10, 10, 4]);
    expect(new Set(bus.calls.flat().map(({ Detail }) => Detail)).size).toBe(34);
    expect(bus.calls[0]?.[0]).toEqual({
      EventBusName: 'bus',
      Source: 'lighthouse',
      DetailType: 'Proxy Status Changed',
      Detail: JSON.stringify(events[0]?.detail),
      Time: Date.parse(SINCE) / 1000,
    });
  });

  it('makes no call when there are no events', async () => {
    await using bus = await startScriptedEventBus(() => null);
    await publisherOf(bus)([]);
    expect(bus.calls).toEqual([]);
  });

  it('sends again only the entries that were refused, though the call succeeded', async () => {
    const refused = new Set(['3', '7']);
    await using bus = await startScriptedEventBus((entry, call) =>
      call === 1 && refused.has(portOf(entry.Detail)) ? 'ThrottlingException' : null,
    );
    await publisherOf(bus)(changes(10));
    expect(bus.calls.map((call) => call.map(({ Detail }) => portOf(Detail)))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      ['3', '7'],
    ]);
  });

  it('gives up on entries that keep being refused, naming the code', async () => {
    const script: EventBusScript = ({ Detail }) =>
      portOf(Detail) === '1' ? 'InternalFailure' : null;
    await using bus = await startScriptedEventBus(script);
    await expect(publisherOf(bus)(changes(3))).rejects.toMatchObject({
      code: 'publish_failed',
      message: 'EventBridge refused 1 of 3 events (InternalFailure)',
    });
    expect(bus.calls.map(({ length }) => length)).toEqual([3, 1, 1, 1, 1]);
  });

  it('keeps ten of the longest events below the 256 KB of one call, without a password', async () => {
    await using bus = await startScriptedEventBus(() => null);
    const longest = change(1, {
      host: `${'h'.repeat(249)}.com`,
      credentials: new Credentials('é'.repeat(127), 'canary-password'),
    });
    await publisherOf(bus)(Array.from({ length: 10 }, () => longest));
    const body = JSON.stringify(bus.calls);
    expect(body.length).toBeLessThan(256 * 1024);
    expect(body).not.toContain('canary-password');
    expect(body).toContain(':***@');
  });
});

function publisherOf(bus: Pick<Parameters<typeof createEventPublisher>[0], 'client'>) {
  return createEventPublisher({ client: bus.client, busName: 'bus', firstBackOffMs: 1 });
}

function changes(count: number): SweepEvent[] {
  return Array.from({ length: count }, (_, index) => change(index));
}

function change(index: number, endpoint: Parameters<typeof makeProxy>[1] = {}): SweepEvent {
  const proxy = makeProxy(0, { port: index, ...endpoint });
  const row = createProxyRow({ poolName: 'fleet', proxy, statusSince: SINCE });
  const failed = makeStoredResult({ status: 'inactive', failure: 'refused' });
  const event = proxyStatusChanged(
    { ...row, previousStatus: 'active', status: 'inactive' },
    makeBatchResult({ results: new Map([[proxy.id, failed]]) }),
  );
  if (!event) throw new Error('expected an event');
  return event;
}

function portOf(detail: string): string {
  return /:(\d+)$/.exec(JSON.parse(detail).proxy)?.[1] ?? '';
}

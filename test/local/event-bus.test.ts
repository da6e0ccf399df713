import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalCredentials, localAuthorization } from '../../src/local/credentials.ts';
import type { BusEvent } from '../../src/local/event-bus/bus-event.ts';
import { serveEventBusApi } from '../../src/local/event-bus/event-bus-api.ts';
import { EventLog, MAX_EVENTS } from '../../src/local/event-bus/event-log.ts';
import type { LoopbackServer } from '../../src/local/http-server.ts';
import { FakeClock } from '../support/fakes/fake-clock.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-events-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

function makeEvent(index: number): BusEvent {
  return {
    version: '0',
    id: `event-${index}`,
    'detail-type': 'Tested',
    source: 'test',
    account: '000000000000',
    time: '2026-01-15T12:00:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { index },
  };
}

function makeEvents(count: number): BusEvent[] {
  return Array.from({ length: count }, (_, index) => makeEvent(index));
}

function idsOf({ events }: { readonly events: readonly BusEvent[] }): string[] {
  return events.map(({ id }) => id);
}

describe('the event log', () => {
  it('is read page by page, each event once', async () => {
    const log = await EventLog.open(null);
    await log.append(makeEvents(5));
    const first = log.read(0, 3);
    expect(idsOf(first)).toEqual(['event-0', 'event-1', 'event-2']);
    const second = log.read(first.next, 3);
    expect(idsOf(second)).toEqual(['event-3', 'event-4']);
    expect(log.read(second.next, 3)).toEqual({ events: [], next: 5 });
    await log.append([makeEvent(5)]);
    expect(idsOf(log.read(5, 3))).toEqual(['event-5']);
  });

  it('forgets the oldest events, in memory and in its file', async () => {
    const path = join(directory, 'bounded.ndjson');
    const log = await EventLog.open(path);
    const events = makeEvents(2 * MAX_EVENTS + 10);
    for (let start = 0; start < events.length; start += 5_000) {
      await log.append(events.slice(start, start + 5_000));
    }
    const page = log.read(0, 2);
    expect(idsOf(page)).toEqual([`event-${MAX_EVENTS + 10}`, `event-${MAX_EVENTS + 11}`]);
    expect(page.next).toBe(MAX_EVENTS + 12);
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(MAX_EVENTS + 1);
  });

  it('continues an earlier log, even after a line that was cut short', async () => {
    const path = join(directory, 'kept', 'events.ndjson');
    await (await EventLog.open(path)).append(makeEvents(2));
    await appendFile(path, '{"version":"0","id":"cut');
    const log = await EventLog.open(path);
    await log.append([makeEvent(2)]);
    expect(idsOf(log.read(0, 9))).toEqual(['event-0', 'event-1', 'event-2']);
    const reopened = await EventLog.open(path);
    expect(idsOf(reopened.read(0, 9))).toEqual(['event-0', 'event-1', 'event-2']);
  });

  it('keeps what another version has noted of an event', async () => {
    const path = join(directory, 'later.ndjson');
    const later = { ...makeEvent(0), 'replay-name': 'of a later version' };
    await writeFile(path, `${JSON.stringify(later)}\n`);
    const log = await EventLog.open(path);
    expect(log.read(0, 1).events).toEqual([later]);
    expect(JSON.parse(await readFile(path, 'utf8'))).toEqual(later);
  });

  it('wakes a caller that waits for the next event, or whose signal aborts', async () => {
    const log = await EventLog.open(null);
    const stop = new AbortController();
    const waiting = [log.waitFor(0, stop.signal), log.waitFor(1, stop.signal)] as const;
    await log.append([makeEvent(0)]);
    await waiting[0];
    stop.abort();
    await waiting[1];
  });
});

describe('the local EventBridge', () => {
  const clock = new FakeClock();
  let log: EventLog;
  let server: LoopbackServer;
  let client: EventBridgeClient;
  const credentials = createLocalCredentials();

  beforeAll(async () => {
    log = await EventLog.open(null);
    server = await serveEventBusApi({ log, busNames: new Set(['bus']), clock, ...credentials });
    const common = { region: 'us-east-1', credentials };
    client = new EventBridgeClient({ ...common, endpoint: server.url });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
  });

  const call = (path: string, init: RequestInit = {}) => {
    const headers = { authorization: localAuthorization(credentials), ...init.headers };
    return fetch(`${server.url}${path}`, { ...init, headers });
  };
  const put = (...Entries: PutEventsRequestEntry[]) =>
    client.send(new PutEventsCommand({ Entries }));
  const entry: PutEventsRequestEntry = {
    EventBusName: 'bus',
    Source: 'test',
    DetailType: 'Tested',
    Detail: '{"a":1}',
  };

  it('accepts events from the SDK and shows them as a target would receive them', async () => {
    const at = new Date('2026-01-15T12:34:56.789Z');
    const { FailedEntryCount, Entries = [] } = await put({ ...entry, Time: at }, entry);
    expect(FailedEntryCount).toBe(0);
    const answer = await call('/events?from=0');
    const { events, next } = (await answer.json()) as { events: BusEvent[]; next: number };
    expect(next).toBe(2);
    expect(events[0]).toEqual({
      version: '0',
      id: Entries[0]?.EventId,
      'detail-type': 'Tested',
      source: 'test',
      account: '000000000000',
      time: '2026-01-15T12:34:56Z',
      region: 'us-east-1',
      resources: [],
      detail: { a: 1 },
    });
    expect(events[1]?.time).toBe('2026-01-15T12:00:00Z');
  });

  it.each<[string, PutEventsRequestEntry, string]>([
    ['for a bus that does not exist', { ...entry, EventBusName: 'other' }, 'InvalidArgument'],
    ['for the default bus', { ...entry, EventBusName: undefined }, 'InvalidArgument'],
    ['without a source', { ...entry, Source: undefined }, 'InvalidArgument'],
    ['whose detail is not an object', { ...entry, Detail: '[1]' }, 'MalformedDetail'],
    ['whose detail is not JSON', { ...entry, Detail: '{' }, 'MalformedDetail'],
  ])('refuses an entry %s and accepts the others', async (_, refused, code) => {
    const { next } = log.read(0, MAX_EVENTS);
    const { FailedEntryCount, Entries } = await put(refused, entry);
    expect(FailedEntryCount).toBe(1);
    expect(Entries).toEqual([
      expect.objectContaining({ ErrorCode: code }),
      { EventId: expect.any(String) },
    ]);
    expect(log.read(next, MAX_EVENTS).events).toHaveLength(1);
  });

  it('refuses more than ten entries, and any other operation', async () => {
    await expect(put(...Array.from({ length: 11 }, () => entry))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    expect((await call('/', { method: 'POST', body: '{}' })).status).toBe(404);
  });

  it('answers only this machine', async () => {
    const headers = { origin: 'https://elsewhere.example' };
    expect((await call('/events', { headers })).status).toBe(403);
  });

  it('lets a reader wait until the next event, or until the server closes', async () => {
    const { next } = log.read(0, MAX_EVENTS);
    const waiting = call(`/events?from=${next}&waitMs=20000`);
    await put(entry);
    const { events } = (await (await waiting).json()) as { events: BusEvent[] };
    expect(events).toHaveLength(1);
    const cut = call(`/events?from=${next + 1}&waitMs=20000`).catch(() => 'cut');
    await server.close();
    await cut;
  });
});

import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { repeatForRest } from '../src/async/back-off.ts';
import { chunksOf } from '../src/async/iterables.ts';
import { mapBounded } from '../src/async/map-bounded.ts';
import { LighthouseError } from '../src/errors.ts';
import { EVENT_SOURCE } from '../src/model/event-names.ts';
import type { PublishEvents, SweepEvent } from '../src/sweeps/record/sweep-events.ts';

/**
 * Entries of one PutEvents ("Amazon EventBridge quotas"). With a user name of 4 KiB (12 KiB
 * percent-encoded) and 16 labels an entry has 19 KB: ten stay below the 256 KB of one call.
 */
const ENTRIES_PER_CALL = 10;
/** Calls in flight at once: a batch of 320 changes takes four rounds of them. */
const CALLS_IN_FLIGHT = 8;
/** Times the failed entries of one call are sent, the first included. */
const ROUNDS = 5;
const FIRST_BACK_OFF_MS = 50;

export interface EventPublisherOptions {
  readonly client: EventBridgeClient;
  readonly busName: string;
  /** Upper bound of the wait before the first resend, milliseconds; doubles. @default 50 */
  readonly firstBackOffMs?: number;
}

/**
 * Puts events on a bus, ten a call and several calls in flight. PutEvents answers 200 even when it
 * refuses entries; only those are sent again, after a back-off with full jitter.
 *
 * @throws {LighthouseError} `publish_failed` when entries still fail in the last round
 */
export function createEventPublisher(options: EventPublisherOptions): PublishEvents {
  return async (events) => {
    const entries = events.map((event) => toEntry(event, options.busName));
    const calls = [...chunksOf(entries, ENTRIES_PER_CALL)];
    await mapBounded(calls, CALLS_IN_FLIGHT, (call) => publishEntries(options, call));
  };
}

function toEntry({ type, at, detail }: SweepEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: EVENT_SOURCE,
    DetailType: type,
    Time: new Date(at),
    Detail: JSON.stringify(detail),
  };
}

async function publishEntries(
  { client, firstBackOffMs = FIRST_BACK_OFF_MS }: EventPublisherOptions,
  entries: readonly PutEventsRequestEntry[],
): Promise<void> {
  let refusal: string | undefined;
  const publishSome = async (pending: readonly PutEventsRequestEntry[]) => {
    const { Entries = [] } = await client.send(new PutEventsCommand({ Entries: [...pending] }));
    // The answers are in the order of the entries.
    refusal = Entries.find(({ ErrorCode }) => ErrorCode !== undefined)?.ErrorCode;
    return pending.filter((_, index) => Entries[index]?.EventId === undefined);
  };
  const rounds = { rounds: ROUNDS, backOff: { firstMs: firstBackOffMs } };
  const left = await repeatForRest(entries, publishSome, rounds);
  if (left.length === 0) return;
  throw new LighthouseError(
    'publish_failed',
    `EventBridge refused ${left.length} of ${entries.length} events (${refusal})`,
  );
}

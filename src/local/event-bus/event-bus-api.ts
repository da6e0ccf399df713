import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../clock.ts';
import type { GuardOptions } from '../guard.ts';
import {
  type HttpReply,
  jsonReply,
  type LoopbackServer,
  parseJson,
  readBody,
  readTarget,
  serveOnLoopback,
} from '../http-server.ts';
import { type BusEvent, putEventsSchema, toBusEvent } from './bus-event.ts';
import { EVENT_LOG_PATH, type EventLog } from './event-log.ts';

/** "PutEvents" in the Amazon EventBridge API Reference. */
const MAX_BODY_BYTES = 256 * 1024;
const PUT_EVENTS = 'AWSEvents.PutEvents';

const EVENTS_PER_PAGE = 500;
/** The longest time a reader waits for the next event. */
const MAX_WAIT_MS = 20_000;

export interface EventBusApiOptions extends Pick<GuardOptions, 'accessKeyId'> {
  readonly log: EventLog;
  readonly busNames: ReadonlySet<string>;
  readonly clock: Clock;
}

/**
 * Serves PutEvents of the EventBridge API (`AWS_ENDPOINT_URL_EVENTBRIDGE`; JSON 1.1) and
 * the events that were put: `GET /events?from=POSITION&waitMs=N` answers
 * `{ events, next }` after waiting up to N ms for the first of them.
 */
export async function serveEventBusApi(options: EventBusApiOptions): Promise<LoopbackServer> {
  const closing = new AbortController();
  const { accessKeyId } = options;
  const server = await serveOnLoopback({ accessKeyId }, async (request) => {
    const body = await readBody(request, MAX_BODY_BYTES);
    const { path, query } = readTarget(request);
    if (request.method === 'GET' && path === EVENT_LOG_PATH) {
      return readLog(options.log, query, closing.signal);
    }
    return putEvents(options, request, body);
  });
  return {
    url: server.url,
    close: () => {
      closing.abort();
      return server.close();
    },
  };
}

async function readLog(
  log: EventLog,
  query: URLSearchParams,
  closing: AbortSignal,
): Promise<HttpReply> {
  const from = numberIn(query, 'from');
  const waitMs = Math.min(numberIn(query, 'waitMs'), MAX_WAIT_MS);
  const waited = new AbortController();
  const timer = setTimeout(() => waited.abort(), waitMs);
  try {
    await log.waitFor(from, AbortSignal.any([waited.signal, closing]));
  } finally {
    clearTimeout(timer);
  }
  return jsonReply(200, log.read(from, EVENTS_PER_PAGE));
}

function numberIn(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

async function putEvents(
  { log, busNames, clock }: EventBusApiOptions,
  request: IncomingMessage,
  body: Buffer | null,
): Promise<HttpReply> {
  if (request.method !== 'POST' || request.headers['x-amz-target'] !== PUT_EVENTS) {
    return failure(404, 'UnknownOperationException', 'only PutEvents is served locally');
  }
  if (body === null) {
    return failure(
      413,
      'RequestEntityTooLarge',
      `the request is longer than ${MAX_BODY_BYTES} bytes`,
    );
  }
  const parsed = putEventsSchema.safeParse(parseJson(body.toString()));
  if (!parsed.success) {
    return failure(400, 'ValidationException', 'Entries must be a list of 1 to 10 entries');
  }
  const nowMs = clock.now();
  const outcomes = parsed.data.Entries.map((entry) => toBusEvent(entry, { busNames, nowMs }));
  const accepted = outcomes.filter((outcome): outcome is BusEvent => 'id' in outcome);
  if (accepted.length > 0) await log.append(accepted);
  const entries = outcomes.map((outcome) => ('id' in outcome ? { EventId: outcome.id } : outcome));
  return amzJson(200, {
    FailedEntryCount: outcomes.length - accepted.length,
    Entries: entries,
  });
}

function failure(status: number, type: string, message: string): HttpReply {
  return amzJson(status, { __type: type, message });
}

function amzJson(status: number, body: unknown): HttpReply {
  return jsonReply(status, body, { 'content-type': 'application/x-amz-json-1.1' });
}

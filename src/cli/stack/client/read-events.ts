import * as z from 'zod';
import { EVENT_LOG_PATH } from '../../../local/event-bus/event-log.ts';
import type { ApiClient } from './api-client.ts';

/** An event in the log of the local stack; other fields are passed on. */
const listedEventSchema = z.looseObject({
  'detail-type': z.string(),
  time: z.string(),
  detail: z.looseObject({ pool: z.string().optional() }),
});
export type ListedEvent = z.infer<typeof listedEventSchema>;

const eventPageSchema = z.object({ events: z.array(listedEventSchema), next: z.number() });

/** How long a request waits for the next event, ms: less than the client waits for an answer. */
const WAIT_MS = 20_000;

/** Reads the events of the log, oldest first; with `follow`, goes on with new ones forever. */
export async function* readEvents(
  client: ApiClient,
  { follow }: { readonly follow: boolean },
): AsyncGenerator<ListedEvent> {
  let from = 0;
  for (;;) {
    const query = { from, ...(follow && { waitMs: WAIT_MS }) };
    const request = { method: 'GET', path: EVENT_LOG_PATH, query } as const;
    const { events, next } = await client.ask(request, eventPageSchema);
    yield* events;
    if (!follow && events.length === 0) return;
    from = next;
  }
}

import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../clock.ts';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';
import { serveEventBusApi } from './event-bus-api.ts';
import { EventLog } from './event-log.ts';

/** The file in a data directory that keeps the events. */
const EVENTS_FILE = 'events.ndjson';

const busSchema = resourceProperties({ Name: z.string() }, ['Description', 'Tags']);

/**
 * Serves the stack's event buses until `resources` is disposed.
 * @returns the endpoint's URL
 */
export async function startEventBus(
  resources: AsyncDisposableStack,
  template: ResolvedTemplate,
  options: {
    readonly dataDir: string | undefined;
    readonly clock: Clock;
    readonly accessKeyId: string;
  },
): Promise<string> {
  const buses = template.resources(LocalResourceType.eventBus, busSchema);
  const busNames = new Set(buses.map(({ ref }) => ref));
  const { dataDir, clock, accessKeyId } = options;
  const log = await EventLog.open(dataDir === undefined ? null : join(dataDir, EVENTS_FILE));
  const server = await serveEventBusApi({ log, busNames, clock, accessKeyId });
  resources.defer(() => server.close());
  return server.url;
}

import * as z from 'zod';
import { EventType } from '../../model/event-names.ts';
import { listStatuses, VERDICT_COLOURS } from '../output/summary-text.ts';
import { type Colour, paint, printable } from '../terminal.ts';
import type { ListedEvent } from './client/read-events.ts';

/** The part of a status change that a line shows. */
const changeSchema = z.object({
  pool: z.string(),
  proxy: z.string(),
  previousStatus: z.string(),
  status: z.string(),
  result: z.object({ failure: z.string().nullable(), blame: z.string().nullable() }),
});

/** The part of a finished sweep that a line shows. */
const finishSchema = z.object({
  pool: z.string(),
  sweepId: z.string(),
  state: z.string(),
  totals: z.object({
    active: z.number(),
    slow: z.number(),
    inactive: z.number(),
    inconclusive: z.number(),
    skipped: z.optional(z.number()),
  }),
});

const COLOURS: Readonly<Record<string, Colour>> = VERDICT_COLOURS;

/** Formats an event as a line for people. */
export function formatEvent(event: ListedEvent, colour: boolean): string {
  const { time, detail } = event;
  const [pool, text] = describe(event, colour);
  return `${time}  ${printable(pool ?? detail.pool ?? '-').padEnd(16)}  ${text}\n`;
}

function describe(event: ListedEvent, colour: boolean): readonly [string | undefined, string] {
  const type = event['detail-type'];
  const change = changeSchema.safeParse(event.detail);
  if (type === EventType.proxyStatusChanged && change.success) {
    const { pool, proxy, previousStatus, status, result } = change.data;
    const arrow = `${previousStatus} -> ${paint(status, COLOURS[status] ?? 'dim', colour)}`;
    const why = result.failure === null ? '' : `  ${result.failure} (${result.blame})`;
    return [pool, `${arrow}  ${printable(proxy)}${why}`];
  }
  const finish = finishSchema.safeParse(event.detail);
  if (type === EventType.sweepFinished && finish.success) {
    const { pool, sweepId, state, totals } = finish.data;
    return [pool, `sweep ${sweepId} ${state}: ${listStatuses(totals, ', ')}`];
  }
  return [undefined, printable(`${type} ${JSON.stringify(event.detail)}`)];
}

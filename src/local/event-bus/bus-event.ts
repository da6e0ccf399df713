import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/physical-names.ts';

/** An event as a target of a rule receives it ("AWS service event metadata"). */
export const busEventSchema = z.object({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: z.record(z.string(), z.unknown()),
});
export type BusEvent = z.infer<typeof busEventSchema>;

const entrySchema = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  /** Epoch seconds. */
  Time: z.number().optional(),
});

/** ("PutEvents", Amazon EventBridge API Reference: request parameters.) */
export const putEventsSchema = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

/** Why an entry was refused, in the words of PutEvents. */
export interface RefusedEntry {
  readonly ErrorCode: 'InvalidArgument' | 'MalformedDetail';
  readonly ErrorMessage: string;
}

/**
 * The event of one entry of PutEvents, or why there is none. AWS says yes to an entry for a bus
 * that does not exist, and drops it; here a wrong name is to be seen.
 */
export function toBusEvent(
  entry: unknown,
  { busNames, nowMs }: { readonly busNames: ReadonlySet<string>; readonly nowMs: number },
): BusEvent | RefusedEntry {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) {
    return { ErrorCode: 'InvalidArgument', ErrorMessage: z.prettifyError(parsed.error) };
  }
  const { Source, DetailType, Detail, EventBusName, Resources, Time } = parsed.data;
  if (!busNames.has(EventBusName)) {
    return {
      ErrorCode: 'InvalidArgument',
      ErrorMessage: `Event bus ${EventBusName} does not exist.`,
    };
  }
  const detail = parseObject(Detail);
  if (detail === null) {
    return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  }
  const time = new Date(Time === undefined ? nowMs : Time * 1000).toISOString();
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType,
    source: Source,
    account: LOCAL_ACCOUNT,
    time: time.replace(/\.\d+Z$/, 'Z'),
    region: LOCAL_REGION,
    resources: Resources,
    detail,
  };
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    return null;
  }
}

import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { parseJson } from '../http-server.ts';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../template/physical-names.ts';

const detailSchema = z.record(z.string(), z.unknown());

/** An event as a target of a rule receives it ("AWS service event metadata"). */
export const busEventSchema = z.looseObject({
  version: z.literal('0'),
  id: z.string(),
  'detail-type': z.string(),
  source: z.string(),
  account: z.string(),
  time: z.string(),
  region: z.string(),
  resources: z.array(z.string()),
  detail: detailSchema,
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

/** "PutEvents" in the Amazon EventBridge API Reference, request parameters. */
export const putEventsSchema = z.object({ Entries: z.array(z.unknown()).min(1).max(10) });

/** Why an entry is refused, in AWS's own words where they exist. */
export interface RefusedEntry {
  readonly ErrorCode: 'InvalidArgument' | 'MalformedDetail';
  readonly ErrorMessage: string;
}

/**
 * The event of one entry of PutEvents, or the reason for refusing it. AWS accepts and drops an
 * entry for a bus that does not exist; here a wrong name becomes visible.
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
  const detail = detailSchema.safeParse(parseJson(Detail));
  if (!detail.success) {
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
    detail: detail.data,
  };
}

import * as z from 'zod/mini';
import { parseWith } from '../../input.ts';
import { FORMAT, requireKnownFormat } from '../../model/format.ts';
import { POOL_NAME } from '../../model/pool.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import { isSweepId } from '../../model/sweep-id.ts';

/** Other fields are those of another version, which means them to be ignored. */
const batchMessageSchema = z.object({
  sweepId: z.string().check(z.refine(isSweepId)),
  poolName: z.string().check(z.regex(POOL_NAME)),
  bits: z.string().check(z.regex(/^(?:\*|[01]{1,12})$/)),
  deadlineAt: z.iso.datetime(),
});

/** The body of a batch's message. */
export function writeBatchMessage(message: BatchMessage): string {
  return JSON.stringify({ format: FORMAT, ...message });
}

/**
 * Reads the body of a batch's message.
 *
 * @throws {IncompatibleError} when its format is newer than this version knows
 * @throws {InvalidInputError} when it is not a message that fan-out sends
 */
export function parseBatchMessage(body: string): BatchMessage {
  const what = 'the message of a batch';
  const message = parseJson(body);
  requireKnownFormat(what, Object(message).format);
  return parseWith(batchMessageSchema, message, { what });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

import * as z from 'zod/mini';
import { parseWith } from '../../input.ts';
import { POOL_NAME } from '../../model/pool.ts';
import type { BatchMessage } from '../../model/sweep.ts';
import { isSweepId } from '../../model/sweep-id.ts';

const batchMessageSchema = z.strictObject({
  sweepId: z.string().check(z.refine(isSweepId)),
  poolName: z.string().check(z.regex(POOL_NAME)),
  bits: z.string().check(z.regex(/^(?:\*|[01]{1,12})$/)),
  deadlineAt: z.iso.datetime(),
});

/**
 * Reads the body of a batch's message.
 *
 * @throws {InvalidInputError} when it is not a message that fan-out sends
 */
export function parseBatchMessage(body: string): BatchMessage {
  return parseWith(batchMessageSchema, parseJson(body), { what: 'the message of a batch' });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

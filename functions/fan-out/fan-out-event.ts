import * as z from 'zod/mini';
import { InvalidInputError } from '../../src/errors.ts';
import { isSweepId } from '../../src/model/sweep-id.ts';
import type { SweepContext } from '../../src/sweeps/record/close-sweep.ts';
import type { SendBatches } from '../batch-sender.ts';
import type { Runtime } from '../runtime.ts';

export interface FanOutDependencies extends Pick<Runtime, 'limits' | 'telemetry'>, SweepContext {
  readonly sendBatches: SendBatches;
}

/** The minute's tick, from the schedule. */
const tickSchema = z.strictObject({ scheduledAt: z.iso.datetime({ offset: true }) });
/** The api's request to send the batches of a sweep it has started. */
const dispatchSchema = z.strictObject({ sweepId: z.string().check(z.refine(isSweepId)) });

export type FanOutEvent =
  | { readonly kind: 'tick'; readonly scheduledAtMs: number }
  | { readonly kind: 'dispatch'; readonly sweepId: string };

/**
 * Reads the event of an invocation.
 *
 * @throws {InvalidInputError} when it is neither a tick nor a request
 */
export function parseFanOutEvent(event: unknown): FanOutEvent {
  const tick = tickSchema.safeParse(event);
  if (tick.success) return { kind: 'tick', scheduledAtMs: Date.parse(tick.data.scheduledAt) };
  const dispatch = dispatchSchema.safeParse(event);
  if (dispatch.success) return { kind: 'dispatch', sweepId: dispatch.data.sweepId };
  throw new InvalidInputError(
    'the event is neither a tick ({ scheduledAt }, an ISO 8601 instant) nor a request ({ sweepId })',
  );
}

import * as z from 'zod/mini';
import { InvalidInputError } from '../../src/errors.ts';
import { requireKnownFormat } from '../../src/model/format.ts';
import { isSweepId } from '../../src/model/sweep-id.ts';
import type { SweepContext } from '../../src/sweeps/record/close-sweep.ts';
import type { SendBatches } from '../batch-sender.ts';
import type { Runtime } from '../runtime.ts';

export interface FanOutDependencies extends Pick<Runtime, 'limits' | 'telemetry'>, SweepContext {
  readonly sendBatches: SendBatches;
}

// Other fields are those of another version, which means them to be ignored.

/** The minute's tick, from the schedule. */
const tickSchema = z.object({ scheduledAt: z.iso.datetime({ offset: true }) });
/** The api's request to send the batches of a sweep it has started. */
const dispatchSchema = z.object({ sweepId: z.string().check(z.refine(isSweepId)) });

export type FanOutEvent =
  | { readonly kind: 'tick'; readonly scheduledAtMs: number }
  | { readonly kind: 'dispatch'; readonly sweepId: string };

/**
 * Reads the event of an invocation.
 *
 * @throws {IncompatibleError} when its format is newer than this version knows; the tick dispatches
 * the sweep of such a request a minute later
 * @throws {InvalidInputError} when it is neither a tick nor a request
 */
export function parseFanOutEvent(event: unknown): FanOutEvent {
  requireKnownFormat('the event', Object(event).format);
  const tick = tickSchema.safeParse(event);
  if (tick.success) return { kind: 'tick', scheduledAtMs: Date.parse(tick.data.scheduledAt) };
  const dispatch = dispatchSchema.safeParse(event);
  if (dispatch.success) return { kind: 'dispatch', sweepId: dispatch.data.sweepId };
  throw new InvalidInputError(
    'the event is neither a tick ({ scheduledAt }, an ISO 8601 instant) nor a request ({ sweepId })',
  );
}

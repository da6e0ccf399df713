import type { Clock } from '../../src/clock.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { CheckInvocation } from '../../src/sweeps/check/batch-checker.ts';
import { addCount, type Telemetry, toError } from '../telemetry.ts';
import { type CheckerQueue, receivesOf } from './checker-queue.ts';
import type { DecodedRecord } from './decode-records.ts';

/** How long a deferral is kept, seconds: SQS keeps no message longer ("Amazon SQS quotas"). */
const DEFERRAL_SECONDS = 14 * 86_400;

export interface DeferDependencies {
  readonly storage: Pick<Storage, 'sweeps'>;
  readonly clock: Clock;
  readonly queue: Pick<CheckerQueue, 'hide'>;
  readonly telemetry: Telemetry;
}

/**
 * Makes what gives back the records of an invocation. SQS counts each receive, so a receive that
 * was no failure is noted first, and only then is the record made visible again. A record that
 * cannot be noted counts as failed; one that stays hidden for the whole visibility timeout only
 * waits longer.
 */
export function createDefer(
  { storage, clock, queue, telemetry }: DeferDependencies,
  decoded: readonly DecodedRecord[],
): CheckInvocation['defer'] {
  const recordOf = new Map(decoded.map(({ message, record }) => [message, record]));
  return async (message, hiddenMs) => {
    const record = recordOf.get(message);
    if (!record) throw new Error('a message that was not received cannot be given back');
    await storage.sweeps.noteDeferral({
      sweepId: message.sweepId,
      messageId: record.messageId,
      receive: receivesOf(record),
      expiresAtEpochSeconds: Math.floor(clock.now() / 1000) + DEFERRAL_SECONDS,
    });
    try {
      await queue.hide(record, Math.ceil(hiddenMs / 1000));
    } catch (error) {
      const { messageId } = record;
      telemetry.logger.warn('a deferred batch stays hidden', { messageId, error: toError(error) });
      addCount(telemetry.metrics, 'VisibilityChangesFailed', 1);
    }
  };
}

import { describe, expect, it } from 'vitest';
import { createCheckerHandler } from '../../../functions/checker/handler.ts';
import type { BatchMessage } from '../../../src/model/sweep.ts';
import { FAR_FUTURE_SECONDS } from '../../support/factories.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';
import { lambdaContext, sqsRecord } from '../support/lambda-events.ts';
import { recordTelemetry } from '../support/recorded-telemetry.ts';

const MAX_RECEIVES = 5;

async function setUp() {
  const world = new SweepWorld();
  await world.fill(3);
  const { sweepId } = await world.start();
  await world.startFanOut(sweepId);
  const [message] = world.queue.splice(0);
  if (!message) throw new Error('expected a batch');
  const telemetry = recordTelemetry();
  const deadLetters: string[] = [];
  const hidden: string[] = [];
  const faults: { deadLetter?: Error } = {};
  const handler = createCheckerHandler({
    ...world,
    telemetry,
    maxReceives: MAX_RECEIVES,
    queue: {
      hide: async ({ receiptHandle }) => void hidden.push(receiptHandle),
      deadLetter: async ({ body }) => {
        if (faults.deadLetter) throw faults.deadLetter;
        deadLetters.push(body);
      },
    },
  });
  const receive = async (body: BatchMessage | string, receives: number, messageId = 'm-1') => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const record = sqsRecord({
      messageId,
      receiptHandle: `receipt-${receives}`,
      body: text,
      receives,
    });
    const { batchItemFailures = [] } =
      (await handler({ Records: [record] }, lambdaContext())) ?? {};
    return batchItemFailures.length === 0 ? 'acknowledged' : 'kept';
  };
  const note = async (receives: readonly number[], messageId = 'm-1') => {
    for (const receive of receives) {
      const expiresAtEpochSeconds = FAR_FUTURE_SECONDS;
      await world.storage.sweeps.noteDeferral({
        sweepId,
        messageId,
        receive,
        expiresAtEpochSeconds,
      });
    }
  };
  return { world, message, telemetry, deadLetters, hidden, faults, receive, note };
}

describe('a batch that fails again and again', () => {
  it('is worked on five times, and the sixth time goes to the dead-letter queue instead', async () => {
    const { world, message, telemetry, deadLetters, receive } = await setUp();
    world.storage.tap('results.put', () => Promise.reject(new Error('the item is too large')));
    const reads = world.storage.record('sweeps.readDeferrals');
    for (let receives = 1; receives <= MAX_RECEIVES; receives++) {
      expect(await receive(message, receives)).toBe('kept');
    }
    expect(deadLetters).toEqual([]);
    expect(reads).toEqual([]);
    const probed = world.checker.probed.length;
    expect(await receive(message, 6)).toBe('acknowledged');
    expect(deadLetters).toEqual([JSON.stringify(message)]);
    expect(world.checker.probed).toHaveLength(probed);
    expect(telemetry.metrics.recorded).toMatchObject({ BatchesDeadLettered: 1, BatchesFailed: 5 });
    expect(telemetry.logger.lines.join('')).toContain('failed too often');
  });

  it('has five failures beside however many receives that found no time', async () => {
    const { world, message, deadLetters, receive, note } = await setUp();
    world.storage.tap('results.put', () => Promise.reject(new Error('the item is too large')));
    // Receives 1, 4, 10 and 12 failed, the eight others did not.
    await note([2, 3, 5, 6, 7, 8, 9, 11]);
    expect(await receive(message, 13)).toBe('kept');
    expect(deadLetters).toEqual([]);
    expect(await receive(message, 14)).toBe('acknowledged');
    expect(deadLetters).toHaveLength(1);
  });

  it('is not saved by a note of the present receive or of a later one', async () => {
    const { message, deadLetters, receive, note } = await setUp();
    await note([6, 7, 8]);
    expect(await receive(message, 6)).toBe('acknowledged');
    expect(deadLetters).toHaveLength(1);
  });

  it('begins anew when it was moved back, whatever had been noted before', async () => {
    const { world, message, deadLetters, receive, note } = await setUp();
    const untap = world.storage.tap('results.put', () => Promise.reject(new Error('too large')));
    await note([1, 2, 3, 4, 5, 6], 'm-1');
    expect(await receive(message, 12, 'm-1')).toBe('acknowledged');
    expect(await receive(message, 5, 'm-2')).toBe('kept');
    expect(await receive(message, 6, 'm-2')).toBe('acknowledged');
    expect(deadLetters).toHaveLength(2);
    untap();
    expect(await receive(message, 1, 'm-3')).toBe('acknowledged');
    expect(deadLetters).toHaveLength(2);
    expect(await world.current(message.sweepId)).toMatchObject({ state: 'complete' });
  });

  it('is in the dead-letter queue once more than needed when its checker dies there', async () => {
    const { message, deadLetters, receive } = await setUp();
    // The acknowledgement of the sixth receive is lost.
    expect(await receive(message, 6)).toBe('acknowledged');
    expect(await receive(message, 7)).toBe('acknowledged');
    expect(deadLetters).toEqual(Array(2).fill(JSON.stringify(message)));
  });

  it('stays in the queue while the dead-letter queue cannot be reached', async () => {
    const { world, message, deadLetters, hidden, faults, receive, telemetry } = await setUp();
    faults.deadLetter = new Error('AccessDenied');
    expect(await receive(message, 6)).toBe('kept');
    expect(hidden).toEqual(['receipt-6']);
    expect(world.checker.probed).toEqual([]);
    expect(telemetry.logger.lines.join('')).toContain('AccessDenied');
    delete faults.deadLetter;
    expect(await receive(message, 7)).toBe('acknowledged');
    expect(deadLetters).toHaveLength(1);
  });

  it('is worked on when the notes cannot be read', async () => {
    const { world, message, deadLetters, receive, telemetry } = await setUp();
    world.storage.tap('sweeps.readDeferrals', () => Promise.reject(new Error('throttled')));
    expect(await receive(message, 9)).toBe('acknowledged');
    expect(deadLetters).toEqual([]);
    expect(await world.current(message.sweepId)).toMatchObject({ state: 'complete' });
    expect(telemetry.logger.lines.join('')).toContain('cannot tell how often a batch failed');
  });
});

describe('a batch that waited long', () => {
  it('is checked however often it was received', async () => {
    const { world, message, deadLetters, receive, note } = await setUp();
    await note(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await receive(message, 41)).toBe('acknowledged');
    expect(deadLetters).toEqual([]);
    expect(await world.current(message.sweepId)).toMatchObject({ state: 'complete' });
  });
});

describe('a record that needs a newer checker', () => {
  it('stays while its receives were deferrals, and is a dead letter after five failures', async () => {
    const { message, deadLetters, receive, note } = await setUp();
    const newer = JSON.stringify({ ...message, format: 99 });
    await note([1, 2, 3, 4, 5]);
    expect(await receive(newer, 6)).toBe('kept');
    expect(await receive(newer, 10)).toBe('kept');
    expect(await receive(newer, 11)).toBe('acknowledged');
    expect(deadLetters).toEqual([newer]);
  });

  it('counts all its receives when it does not say of which sweep it is', async () => {
    const { deadLetters, receive } = await setUp();
    expect(await receive(JSON.stringify({ format: 99 }), 5)).toBe('kept');
    expect(await receive(JSON.stringify({ format: 99 }), 6)).toBe('acknowledged');
    expect(deadLetters).toHaveLength(1);
  });
});

describe('a record that is not a batch', () => {
  it('goes to the dead-letter queue after five receives', async () => {
    const { deadLetters, receive } = await setUp();
    for (let receives = 1; receives <= MAX_RECEIVES; receives++) {
      expect(await receive('not JSON {', receives)).toBe('kept');
    }
    expect(await receive('not JSON {', 6)).toBe('acknowledged');
    expect(deadLetters).toEqual(['not JSON {']);
  });
});

import { describe, expect, it } from 'vitest';
import { auditSweep } from '../../support/audit/audit-sweep.ts';
import { TimedChecker } from '../../support/fakes/timed-checker.ts';
import { CheckerFleet, type CheckerFleetOptions } from '../support/checker-fleet.ts';
import { startGatewayWorld, useVirtualTime } from '../support/gateway-world.ts';

const TIMEOUT_MS = 5_000;

useVirtualTime();

/** A gateway's pool of 16 batches, each of which needs most of a checker's time. */
async function startGatewaySweep(options: Omit<CheckerFleetOptions, 'checker'> = {}) {
  const gateway = { count: 3_200, bitCount: 4, concurrency: 2, timeoutMs: TIMEOUT_MS };
  const { world, proxies, sweepId } = await startGatewayWorld(gateway);
  const checker = new TimedChecker(world.limits, () => ({
    takesMs: TIMEOUT_MS,
    status: 'inactive',
    failure: 'timeout',
  }));
  const fleet = new CheckerFleet(world, { checker, ...options });
  const proxyIds = proxies.map(({ id }) => id).sort();
  const deferralsOf = async (bits: string) => {
    const index = world.sent.findIndex((message) => message.bits === bits);
    return world.storage.sweeps.readDeferrals(sweepId, `message-${index + 1}`);
  };
  const receivesOf = (bits: string) => {
    const index = world.sent.findIndex((message) => message.bits === bits);
    return fleet.queue.receives.get(`message-${index + 1}`) ?? 0;
  };
  return { world, fleet, sweepId, proxyIds, deferralsOf, receivesOf };
}

describe('a batch that always fails, among batches that wait', () => {
  it('goes to the dead-letter queue after five failures, and the others are done', async () => {
    const started = await startGatewaySweep();
    const { world, fleet, sweepId, proxyIds, deferralsOf, receivesOf } = started;
    const untap = world.storage.tap('results.put', async (put, result) => {
      if (result.bits === '0101') throw new Error('the item is too large');
      return put(result);
    });
    await fleet.drain();
    const [dead = '', ...more] = fleet.queue.deadLetters;
    expect(more).toEqual([]);
    expect(JSON.parse(dead)).toMatchObject({ bits: '0101' });
    const waits = await Promise.all(world.sent.map(({ bits }) => deferralsOf(bits)));
    expect(waits.some(({ size }) => size > 0)).toBe(true);
    expect(receivesOf('0101')).toBe((await deferralsOf('0101')).size + 5 + 1);
    expect((await world.storage.sweeps.readLedger(sweepId)).size).toBe(15);

    // Redriven, it is another message; what was noted before does not count for it.
    fleet.queue.send(dead);
    await fleet.drain();
    expect(fleet.queue.deadLetters).toEqual([dead, dead]);
    expect(fleet.queue.receives.get('message-17')).toBe(5 + 1);

    untap();
    fleet.queue.send(dead);
    await fleet.drain();
    await auditSweep(world.storage, sweepId, { proxyIds });
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
  });
});

describe('a batch that kills its checker', () => {
  it('does so five times, and the others are done', async () => {
    const started = await startGatewaySweep({ recordsPerInvocation: 1, deadly: '0101' });
    const { world, fleet, sweepId, receivesOf } = started;
    await fleet.drain();
    expect(fleet.queue.deadLetters.map((body) => JSON.parse(body).bits)).toEqual(['0101']);
    expect(receivesOf('0101')).toBe(5 + 1);
    expect((await world.storage.sweeps.readLedger(sweepId)).size).toBe(15);
  });

  it('takes none of those with it that were given back in time', async () => {
    const { world, fleet, sweepId } = await startGatewaySweep({ deadly: '0101' });
    await fleet.drain();
    expect(fleet.queue.deadLetters.map((body) => JSON.parse(body).bits)).toEqual(['0101']);
    expect((await world.storage.sweeps.readLedger(sweepId)).size).toBe(15);
  });

  it('is moved by the queue itself when no checker lives long enough to count', async () => {
    const started = await startGatewaySweep({
      recordsPerInvocation: 1,
      deadly: '0101',
      maxReceives: 900,
      maxReceiveCount: 12,
    });
    await started.fleet.drain();
    expect(started.fleet.queue.deadLetters.map((body) => JSON.parse(body).bits)).toEqual(['0101']);
    expect(started.receivesOf('0101')).toBe(12 + 1);
  });
});

describe('a checker that cannot note what it gives back', () => {
  it('loses no batch: those that failed too often are in the dead-letter queue', async () => {
    const { world, fleet, sweepId, proxyIds } = await startGatewaySweep();
    const untap = world.storage.tap('sweeps.noteDeferral', () =>
      Promise.reject(new Error('the table is throttled')),
    );
    await fleet.drain();
    const recorded = (await world.storage.sweeps.readLedger(sweepId)).size;
    const dead = fleet.queue.deadLetters.splice(0);
    expect(recorded + new Set(dead).size).toBe(16);
    untap();
    for (const body of dead) fleet.queue.send(body);
    await fleet.drain();
    expect(fleet.queue.deadLetters).toEqual([]);
    await auditSweep(world.storage, sweepId, { proxyIds });
    expect(await world.current(sweepId)).toMatchObject({ state: 'complete' });
  });
});

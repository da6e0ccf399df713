import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../src/errors.ts';
import { idRange } from '../../../src/model/batch-range.ts';
import { parseBatchMessage, writeBatchMessage } from '../../../src/sweeps/check/batch-message.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { makeCounts, makeSweep, makeSweepId } from '../../support/factories.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

/** k of a pool of a million proxies. */
const MILLION = 12;

describe('dispatchSweep', () => {
  it('sends one message per batch, without secrets, and marks the sweep', async () => {
    const world = new SweepWorld();
    await world.fill(600);
    const { sweepId, deadlineAt } = await world.start();
    expect(await dispatchSweep(world, sweepId)).toBe(4);
    expect(world.queue).toEqual(
      ['00', '10', '01', '11'].map((bits) => ({ sweepId, poolName: 'fleet', bits, deadlineAt })),
    );
    for (const message of world.queue) {
      expect(parseBatchMessage(writeBatchMessage(message))).toEqual(message);
    }
    expect(await world.current(sweepId)).toHaveProperty('dispatchedAt');
  });

  it('sends nothing twice, and nothing for a closed sweep', async () => {
    const world = new SweepWorld();
    await world.fill(3);
    const { sweepId } = await world.start();
    await dispatchSweep(world, sweepId);
    expect(await dispatchSweep(world, sweepId)).toBe(0);
    await world.deliver();
    expect(await dispatchSweep(world, sweepId)).toBe(0);
    expect(world.queue).toEqual([]);
  });

  it('leaves the sweep unmarked when sending fails, and sends it all again', async () => {
    const world = new SweepWorld();
    await world.fill(600);
    const { sweepId } = await world.start();
    const sendBatches = () => Promise.reject(new Error('queue is down'));
    await expect(dispatchSweep({ ...world, sendBatches }, sweepId)).rejects.toThrow('down');
    expect(await world.current(sweepId)).not.toHaveProperty('dispatchedAt');
    expect(await dispatchSweep(world, sweepId)).toBe(4);
  });

  it.for([16, 64])('spreads any %d batches in a row evenly', async (inARow) => {
    const world = new SweepWorld();
    const { sweepId } = await world.storage.sweeps.put(makeSweep({ bitCount: MILLION }));
    expect(await dispatchSweep(world, sweepId)).toBe(4096);
    const shards = world.sent.map(({ bits }) => idRange(bits).low.charAt(0));
    for (let first = 0; first + inARow <= shards.length; first++) {
      const counts = Map.groupBy(shards.slice(first, first + inARow), (shard) => shard);
      const sizes = [...counts.values()].map(({ length }) => length);
      expect(sizes, `from ${first} on`).toEqual(Array(16).fill(inARow / 16));
    }
  });

  it('keeps that order when it sends the batches that are missing', async () => {
    const world = new SweepWorld();
    const sweep = await world.storage.sweeps.put(makeSweep({ bitCount: 3 }));
    for (const bits of ['000', '010', '011']) {
      await world.storage.sweeps.recordBatch(sweep, bits, makeCounts());
    }
    expect(await dispatchSweep(world, sweep.sweepId)).toBe(5);
    expect(world.sent.map(({ bits }) => bits)).toEqual(['100', '110', '001', '101', '111']);
  });

  it('refuses a sweep that does not exist', async () => {
    const dispatched = dispatchSweep(new SweepWorld(), makeSweepId(1));
    await expect(dispatched).rejects.toThrow(NotFoundError);
  });
});

describe('parseBatchMessage', () => {
  const message = {
    sweepId: makeSweepId(1),
    poolName: 'fleet',
    bits: '0110',
    deadlineAt: '2026-01-15T12:00:00.000Z',
  };

  it.each([
    ['not JSON', '{'],
    ['null', 'null'],
    ['an array', '[]'],
    ['no fields', '{}'],
    ['malformed bits', JSON.stringify({ ...message, bits: '012' })],
    ['too many bits', JSON.stringify({ ...message, bits: '0'.repeat(13) })],
    ['a malformed pool name', JSON.stringify({ ...message, poolName: '../x' })],
    ['a malformed sweep id', JSON.stringify({ ...message, sweepId: 'summary' })],
    ['a malformed deadline', JSON.stringify({ ...message, deadlineAt: 'soon' })],
    ['a prototype', '{"__proto__":{"sweepId":"x"}}'],
    ['deep JSON', '['.repeat(10_000) + ']'.repeat(10_000)],
  ])('refuses %s', (_name, body) => {
    expect(() => parseBatchMessage(body)).toThrow('the message of a batch cannot be used');
  });

  it('reads the one batch of an unsplit sweep', () => {
    const whole = { ...message, bits: '*' };
    expect(parseBatchMessage(JSON.stringify(whole))).toEqual(whole);
  });
});

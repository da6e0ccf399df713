import { describe, expect, it } from 'vitest';
import { NotFoundError } from '../../../src/errors.ts';
import { parseBatchMessage, writeBatchMessage } from '../../../src/sweeps/check/batch-message.ts';
import { dispatchSweep } from '../../../src/sweeps/start/dispatch-sweep.ts';
import { makeSweepId } from '../../support/factories.ts';
import { SweepWorld } from '../../support/sweeps/sweep-world.ts';

describe('dispatchSweep', () => {
  it('sends one message per batch, without secrets, and marks the sweep', async () => {
    const world = new SweepWorld();
    await world.fill(600);
    const { sweepId, deadlineAt } = await world.start();
    expect(await dispatchSweep(world, sweepId)).toBe(4);
    expect(world.queue).toEqual(
      ['00', '01', '10', '11'].map((bits) => ({ sweepId, poolName: 'fleet', bits, deadlineAt })),
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

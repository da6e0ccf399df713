import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { acquireHealthyProxy } from '../../src/leases/acquire-healthy-proxy.ts';
import type { Lease } from '../../src/leases/lease.ts';
import type { AcquireRequest } from '../../src/leases/lease-request.ts';
import { setMaxConcurrency } from '../../src/pools/edit-proxy.ts';
import { LeaseWorld } from '../support/leases/lease-world.ts';

const CANARY = 'hunter2';
/** What is given by mistake where something else belongs. */
const SECRET = `http://user:${CANARY}@10.0.0.1:8080\n`;

const request = { poolName: 'fleet', consumerName: 'shop' };
/** Each field of a request in turn, spoiled. */
const spoiled: readonly unknown[] = [
  ...[
    'poolName',
    'consumerName',
    'leaseSeconds',
    'filters',
    'selector',
    'allowSlow',
    'notBlockedOn',
    'excludedProxyIds',
    'idempotencyKey',
  ].map((field) => ({ ...request, [field]: SECRET })),
  ...['source', 'country', 'asn', 'latitude', 'maxLatencyMs'].map((filter) => ({
    ...request,
    filters: { [filter]: SECRET },
  })),
  SECRET,
];

/** Everything that a printed refusal could show. */
async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    const printed = inspect(error, { depth: 9, showHidden: true });
    return printed.replaceAll(/^ +at .*$/gm, '');
  }
  throw new Error('nothing was refused');
}

describe('refusals', () => {
  it.for(spoiled)('print nothing of the request they refuse (%#)', async (wrong) => {
    const { manager } = new LeaseWorld();
    const checker = { checkProxy: () => Promise.reject(new Error('no probe')) };
    for (const work of [
      () => manager.acquireProxy(wrong as AcquireRequest),
      () => manager.withLease(wrong as AcquireRequest, () => 'used'),
      () => acquireHealthyProxy(manager, checker, wrong as AcquireRequest),
    ]) {
      const refusal = await refusalOf(work);
      expect(refusal).toContain('invalid_input');
      expect(refusal).not.toContain(CANARY);
    }
  });

  it.for([SECRET, `${'a'.repeat(60)}${CANARY}`, `00000000-0000-8000-8000-000000000000.${CANARY}`])(
    'print nothing of what was given as a lease id or a name (%#)',
    async (wrong) => {
      const { manager, storage } = new LeaseWorld();
      const lease = { poolName: 'fleet', leaseId: wrong };
      const elsewhere = { poolName: wrong, leaseId: 'x' };
      const limited = { poolName: 'fleet', proxyId: wrong, maxConcurrency: 1 };
      for (const work of [
        () => manager.renewLease(lease),
        () => manager.renewLease(elsewhere as Lease),
        () => manager.releaseProxy(lease, 'ok'),
        () => manager.releaseProxy(elsewhere),
        () => manager.releaseProxy(lease, wrong as 'ok'),
        () => manager.releaseProxy(lease, { outcome: 'blocked', targetHost: `${wrong}\n` }),
        () => manager.countPool(`${wrong}\n`),
        () => manager.cleanupExpiredLeases(`${wrong}\n`),
        () => setMaxConcurrency({ storage }, { ...limited, poolName: `${wrong}\n` }),
      ]) {
        expect(await refusalOf(work)).not.toContain(CANARY);
      }
    },
  );

  it('print neither a lease id nor what was given as a proxy id', async () => {
    const world = new LeaseWorld();
    await world.fill([{}, { maxConcurrency: null }]);
    const leases = [await world.mustAcquire(), await world.mustAcquire()];
    const { manager, storage } = world;
    for (const { leaseId } of leases) {
      const tail = leaseId.slice(-12);
      const broken = { poolName: 'fleet', leaseId: `${leaseId}\n` };
      const forged = { poolName: 'fleet', leaseId: leaseId.replace(/^........-/, '00000000-') };
      const limited = { poolName: 'fleet', proxyId: leaseId, maxConcurrency: 1 };
      for (const work of [
        () => manager.releaseProxy(broken),
        () => manager.renewLease(broken),
        () => manager.renewLease(forged),
        () => setMaxConcurrency({ storage }, limited),
      ]) {
        expect(await refusalOf(work)).not.toContain(tail);
      }
    }
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../../../src/clock.ts';
import { LeaseEndedError } from '../../../../src/errors.ts';
import type { Lease } from '../../../../src/leases/lease.ts';
import type { ProxyManager } from '../../../../src/leases/proxy-manager.ts';
import type { ContentionOutcome, ContentionPlan, Holding } from './protocol.ts';

/** The longest pause after an acquisition that found no proxy, milliseconds. */
const MAX_PAUSE_MS = 40;

/** Milliseconds on the one clock that all processes of a machine share and nobody can set. */
function commonNow(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

interface Contender {
  readonly manager: ProxyManager;
  /** Its own clock, which may be off. */
  readonly clock: Clock;
  readonly name: string;
}

/** Acquires until the plan is fulfilled; returns what it believed it held, and when. */
export async function contend(
  contender: Contender,
  plan: ContentionPlan,
): Promise<Omit<ContentionOutcome, 'lostRaces'>> {
  const holdings: Holding[] = [];
  const counts = { refused: 0, lost: 0, stale: 0 };
  let begun = 0;
  const acquirer = async (index: number) => {
    const own = { ...contender, name: `${contender.name}/${index}` };
    while (begun < plan.acquisitions) {
      begun += 1;
      const request = { poolName: 'fleet', consumerName: own.name, leaseSeconds: 1 };
      const lease = await contender.manager.acquireProxy(request);
      if (lease) {
        holdings.push(await hold(own, plan, lease, counts));
        continue;
      }
      begun -= 1;
      counts.refused += 1;
      await delay(Math.random() * MAX_PAUSE_MS);
    }
  };
  await Promise.all(Array.from({ length: plan.acquirers }, (_, index) => acquirer(index)));
  return { holdings, ...counts };
}

async function hold(
  { manager, clock, name }: Contender,
  plan: ContentionPlan,
  lease: Lease,
  counts: { lost: number; stale: number },
): Promise<Holding> {
  const from = commonNow();
  let until = endOf(lease, clock);
  if (Math.random() < plan.renewed) {
    try {
      until = endOf(await manager.renewLease(lease), clock);
    } catch (error) {
      if (!(error instanceof LeaseEndedError)) throw error;
      counts.lost += 1;
    }
  }
  const { leaseId, proxy } = lease;
  const holding = { proxyId: proxy.id, leaseId, holder: name, from };
  if (Math.random() < plan.abandoned) return { ...holding, until, ended: 'expired' };
  const releasedAt = commonNow();
  if (!(await manager.releaseProxy(lease, 'ok'))) counts.stale += 1;
  return { ...holding, until: Math.min(until, releasedAt), ended: 'released' };
}

/** The end of a lease by its holder's clock, converted to the common clock. */
function endOf({ expiresAt }: Lease, clock: Clock): number {
  return commonNow() + Date.parse(expiresAt) - clock.now();
}

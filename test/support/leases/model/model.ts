import type { Clock } from '../../../../src/clock.ts';
import type { Lease } from '../../../../src/leases/lease.ts';
import type { ProxyManager } from '../../../../src/leases/proxy-manager.ts';
import type { FakeClock } from '../../fakes/fake-clock.ts';
import type { LeaseWorld } from '../lease-world.ts';

/** How far apart clocks may be, as the managers are told. */
export const SKEW_MS = 5000;

/** A lease as the model knows it. */
export interface ModelLease {
  readonly lease: Lease;
  readonly proxy: ModelProxy;
  /** Whose clock its holder goes by. */
  readonly consumer: Consumer;
  expiresAt: number;
  /** Whether it is on its row; of an unlimited proxy none is. */
  stored: boolean;
  /** Whether its holder has given it back. */
  released: boolean;
}

export interface ModelProxy {
  readonly id: string;
  banned: boolean;
  maxConcurrency: number | null;
}

/** A consumer with a manager and a clock of its own. */
export interface Consumer {
  readonly manager: ProxyManager;
  readonly clock: Clock;
}

/** What leases there ought to be. */
export interface Model {
  readonly proxies: readonly ModelProxy[];
  readonly leases: ModelLease[];
}

/** The storage and the consumers the model is compared with. */
export interface Real {
  readonly world: LeaseWorld;
  readonly consumers: readonly Consumer[];
}

/** A clock that is off by always the same. */
export function createOffClock(clock: FakeClock, offMs: number): Clock {
  return { now: () => clock.now() + offMs, monotonic: () => clock.monotonic() };
}

/** The leases on a proxy's row that a consumer does not take for over. */
function countedLeases(model: Model, proxy: ModelProxy, { clock }: Consumer): ModelLease[] {
  return model.leases.filter(
    (lease) => lease.proxy === proxy && lease.stored && lease.expiresAt + SKEW_MS > clock.now(),
  );
}

/** The leases of a proxy whose holders believe in them, each by its own clock. */
export function believedLeases(model: Model, proxy: ModelProxy): ModelLease[] {
  return model.leases.filter(
    (held) =>
      held.proxy === proxy &&
      held.stored &&
      !held.released &&
      held.expiresAt > held.consumer.clock.now(),
  );
}

/** Whether a consumer can be given the proxy. */
export function isAvailable(model: Model, proxy: ModelProxy, consumer: Consumer): boolean {
  if (proxy.banned) return false;
  const { maxConcurrency } = proxy;
  return maxConcurrency === null || countedLeases(model, proxy, consumer).length < maxConcurrency;
}

/** Forgets the leases that a consumer's write finds over on a row. */
export function forgetEnded(model: Model, proxy: ModelProxy, consumer: Consumer): number {
  const counted = new Set(countedLeases(model, proxy, consumer));
  const ended = model.leases.filter(
    (lease) => lease.proxy === proxy && lease.stored && !counted.has(lease),
  );
  for (const lease of ended) lease.stored = false;
  return ended.length;
}

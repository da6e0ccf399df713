import type { Clock } from '../../../../src/clock.ts';
import type { Lease } from '../../../../src/leases/lease.ts';
import type { ProxyManager } from '../../../../src/leases/proxy-manager.ts';
import type { FakeClock } from '../../fakes/fake-clock.ts';
import type { LeaseWorld } from '../lease-world.ts';

/** The clock skew that the managers are configured for, milliseconds. */
export const SKEW_MS = 5000;

/** A lease in the model. */
export interface ModelLease {
  readonly lease: Lease;
  readonly proxy: ModelProxy;
  /** The consumer that holds it, with its own clock. */
  readonly consumer: Consumer;
  expiresAt: number;
  /** Whether it is on its row; leases of an unlimited proxy never are. */
  stored: boolean;
  /** Whether its holder has released it. */
  released: boolean;
}

export interface ModelProxy {
  readonly id: string;
  banned: boolean;
  maxConcurrency: number | null;
}

/** A consumer with its own manager and clock. */
export interface Consumer {
  readonly manager: ProxyManager;
  readonly clock: Clock;
}

/** The leases that there should be. */
export interface Model {
  readonly proxies: readonly ModelProxy[];
  readonly leases: ModelLease[];
}

/** The storage and the consumers that are compared with the model. */
export interface Real {
  readonly world: LeaseWorld;
  readonly consumers: readonly Consumer[];
}

/** Makes a clock with a constant offset. */
export function createOffClock(clock: FakeClock, offMs: number): Clock {
  return { now: () => clock.now() + offMs, monotonic: () => clock.monotonic() };
}

/** The leases on a proxy's row that have not ended for a consumer. */
function countedLeases(model: Model, proxy: ModelProxy, { clock }: Consumer): ModelLease[] {
  return model.leases.filter(
    (lease) => lease.proxy === proxy && lease.stored && lease.expiresAt + SKEW_MS > clock.now(),
  );
}

/** The stored leases of a proxy that still run by the clocks of their holders. */
export function believedLeases(model: Model, proxy: ModelProxy): ModelLease[] {
  return model.leases.filter(
    (held) =>
      held.proxy === proxy &&
      held.stored &&
      !held.released &&
      held.expiresAt > held.consumer.clock.now(),
  );
}

/** Whether the proxy is available to a consumer. */
export function isAvailable(model: Model, proxy: ModelProxy, consumer: Consumer): boolean {
  if (proxy.banned) return false;
  const { maxConcurrency } = proxy;
  return maxConcurrency === null || countedLeases(model, proxy, consumer).length < maxConcurrency;
}

/** Removes the leases on a row that have ended for a consumer; returns how many. */
export function forgetEnded(model: Model, proxy: ModelProxy, consumer: Consumer): number {
  const counted = new Set(countedLeases(model, proxy, consumer));
  const ended = model.leases.filter(
    (lease) => lease.proxy === proxy && lease.stored && !counted.has(lease),
  );
  for (const lease of ended) lease.stored = false;
  return ended.length;
}

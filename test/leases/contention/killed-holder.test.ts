import { expect, it } from 'vitest';
import {
  buildConsumers,
  type Consumer,
  type ConsumerProgram,
} from '../../support/leases/contention/consumers.ts';
import type { ConsumerSettings } from '../../support/leases/contention/protocol.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';

const ACQUIRERS = 100;
const PROXIES = 10;
/** Processes started at once: each takes a tenth of a second of a processor. */
const STARTED_AT_ONCE = 4;
const CLOCK_SKEW_MS = 5000;
const LEASE_SECONDS = 60;

type Leased = { readonly leaseId: string; readonly proxyId: string };

const database = useDynamoDb();

it('FAULTS 43: 100 acquirers on 10 exclusive proxies hold 10 leases; the proxy of a killed holder returns when its lease expires', {
  timeout: 180_000,
}, async () => {
  await using program = await buildConsumers();
  const { endpoint } = database;
  const tables = await database.createTables();
  const world = new LeaseWorld(await database.openStorage({ tables }));
  await world.fill(PROXIES);
  const settings = { endpoint, tables, clockSkewMs: CLOCK_SKEW_MS, offMs: 0 };
  const acquirers = await startAll(program, settings);

  const first = await acquireAll(acquirers);
  expect(first.size).toBe(PROXIES);
  expect(new Set([...first.values()].map(({ proxyId }) => proxyId)).size).toBe(PROXIES);
  expect(await leaseIdsOf(world)).toEqual([...first.values()].map(({ leaseId }) => leaseId).sort());

  const [[victim, lost] = expect.unreachable(), ...holders] = first;
  await victim.kill();
  const alive = acquirers.filter((acquirer) => acquirer !== victim);
  const others = alive.filter((acquirer) => !first.has(acquirer));
  await advanceAll(alive, (LEASE_SECONDS / 2) * 1000);
  for (const [holder, { leaseId }] of holders) {
    await holder.tell({ do: 'renew', leaseId, leaseSeconds: 10 * LEASE_SECONDS });
  }
  expect((await acquireAll(others)).size).toBe(0);

  await advanceAll(alive, (LEASE_SECONDS / 2) * 1000 + CLOCK_SKEW_MS);
  const second = await acquireAll(others);
  expect([...second.values()]).toMatchObject([{ proxyId: lost.proxyId }]);

  const [heir] = second.values();
  const stale = await others[0]?.tell({ do: 'release', leaseId: lost.leaseId });
  expect(stale).toEqual({ released: false });
  const held = [...holders.map(([, { leaseId }]) => leaseId), heir?.leaseId];
  expect(await leaseIdsOf(world)).toEqual(held.sort());
});

async function startAll(program: ConsumerProgram, settings: ConsumerSettings) {
  const acquirers: Consumer[] = [];
  while (acquirers.length < ACQUIRERS) {
    const some = Array.from({ length: STARTED_AT_ONCE }, () => program.start(settings));
    acquirers.push(...(await Promise.all(some)));
  }
  return acquirers;
}

/** Makes all of them acquire at once; returns those that were given a lease. */
async function acquireAll(acquirers: readonly Consumer[]): Promise<Map<Consumer, Leased>> {
  const task = { do: 'acquire', leaseSeconds: LEASE_SECONDS } as const;
  const answers = await Promise.all(
    acquirers.map(async (acquirer) => {
      const { lease } = await acquirer.tell<{ lease: Leased | null }>(task);
      return [acquirer, lease] as const;
    }),
  );
  return new Map(answers.filter((answer): answer is [Consumer, Leased] => answer[1] !== null));
}

async function advanceAll(acquirers: readonly Consumer[], ms: number): Promise<void> {
  await Promise.all(acquirers.map((acquirer) => acquirer.tell({ do: 'advance', ms })));
}

async function leaseIdsOf({ storage }: LeaseWorld): Promise<string[]> {
  const { rows } = await storage.proxies.query('fleet', { limit: 100, consistent: true });
  return rows
    .flatMap(({ proxy, leases }) => Object.keys(leases).map((token) => `${proxy.id}.${token}`))
    .sort();
}

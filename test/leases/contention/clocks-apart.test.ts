import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsumers, type ConsumerProgram } from '../../support/leases/contention/consumers.ts';
import { findOverlaps } from '../../support/leases/contention/find-overlaps.ts';
import type {
  ContentionOutcome,
  ContentionPlan,
} from '../../support/leases/contention/protocol.ts';
import { LeaseWorld } from '../../support/leases/lease-world.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';

/** CI asks for 10,000: with fewer a rare race may be missed. */
const ACQUISITIONS = Number(process.env.LEASE_ACQUISITIONS ?? 2_500);
/** Clocks up to 4 seconds apart. */
const CLOCKS_OFF_MS = [-2000, -500, 1000, 2000];

interface Contest extends Partial<ContentionPlan> {
  readonly proxies: number;
  readonly acquisitions: number;
  readonly clockSkewMs: number;
  readonly maxConcurrency?: number;
}

describe('consumers in processes of their own, their clocks up to two seconds off', () => {
  const database = useDynamoDb();
  let program: ConsumerProgram;

  beforeAll(async () => {
    program = await buildConsumers();
  });

  afterAll(async () => {
    await program[Symbol.asyncDispose]();
  });

  /** Makes them contend for the proxies of a pool; returns what they believed they held. */
  async function contend({ proxies, clockSkewMs, maxConcurrency = 1, ...contest }: Contest) {
    const { endpoint } = database;
    const tables = await database.createTables();
    const world = new LeaseWorld(await database.openStorage({ tables }));
    await world.fill(new Array(proxies).fill({ maxConcurrency }), { batchBitCounts: [3] });
    const consumers = await Promise.all(
      CLOCKS_OFF_MS.map((offMs) => program.start({ endpoint, tables, clockSkewMs, offMs })),
    );
    const acquisitions = Math.ceil(contest.acquisitions / consumers.length);
    const plan = { acquirers: 6, abandoned: 0.012, renewed: 0.1, ...contest, acquisitions };
    const answers = await Promise.all(
      consumers.map((each) => each.tell<{ outcome: ContentionOutcome }>({ do: 'contend', plan })),
    );
    await Promise.all(consumers.map((consumer) => consumer.kill()));
    const outcomes = answers.map(({ outcome }) => outcome);
    const holdings = outcomes.flatMap((outcome) => outcome.holdings);
    return {
      holdings,
      expired: holdings.filter(({ ended }) => ended === 'expired').length,
      lostRaces: outcomes.reduce((sum, { lostRaces }) => sum + lostRaces, 0),
    };
  }

  it('never hold a proxy twice in thousands of acquisitions', { timeout: 300_000 }, async () => {
    const contest = { proxies: 32, acquisitions: ACQUISITIONS, clockSkewMs: 4000 };
    const { holdings, expired, lostRaces } = await contend(contest);
    expect(holdings.length).toBeGreaterThanOrEqual(ACQUISITIONS);
    expect(expired).toBeGreaterThan(ACQUISITIONS / 200);
    expect(lostRaces).toBeGreaterThan(ACQUISITIONS / 100);
    expect(findOverlaps(holdings)).toEqual([]);
  });

  it('never share a proxy with more than its limit', { timeout: 120_000 }, async () => {
    const contest = {
      proxies: 8,
      acquisitions: 800,
      clockSkewMs: 4000,
      maxConcurrency: 3,
      abandoned: 0.04,
    };
    const { holdings } = await contend(contest);
    expect(findOverlaps(holdings, 3)).toEqual([]);
    expect(findOverlaps(holdings, 1)).not.toEqual([]);
  });

  it('hold proxies twice when clocks are said to agree and do not', {
    timeout: 120_000,
  }, async () => {
    const contest = { proxies: 8, acquisitions: 120, clockSkewMs: 0, abandoned: 0.3 };
    const { holdings } = await contend(contest);
    expect(findOverlaps(holdings)).not.toEqual([]);
  });
});

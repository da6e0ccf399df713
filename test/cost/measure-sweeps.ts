import { SIZE_SAMPLE } from '../../src/model/batch-split.ts';
import type { Sweep } from '../../src/model/sweep.ts';
import { type CostWorld, startCostWorld } from './cost-world.ts';
import {
  type CountedQuantities,
  countAll,
  countRest,
  indexesOf,
  isResult,
  isRows,
  isRowUpdate,
  isSample,
  logBytesPerInvocation,
  mean,
  metricsOf,
  readsOf,
  scale,
  storedSize,
  subtract,
  writesOf,
} from './count-observed.ts';
import { type Observe, type Observed, observerOf } from './observe.ts';

/** Two pools, of one batch and of eight: what a sweep takes besides its batches shows in both. */
const SMALL = { proxies: 200, batches: 1 };
const LARGE = { proxies: 1600, batches: 8 };
/** The share of proxies that answer, as in most fleets that are bought. */
const ALIVE = 0.9;
/** Every so many-th session changes its status in the last sweep. */
const FLIPPED = 10;
/** The time-out of checks, milliseconds: a busy machine takes no live proxy for a dead one. */
const TIMEOUT_MS = 3000;
/** If it does all the same, sweeps are repeated, at most so many in all. */
const MOST_SWEEPS = 6;

/** Counts what imports, ticks, sweeps and status changes take, on the wire. */
export async function measureSweeps(): Promise<CountedQuantities> {
  await using world = await startCostWorld();
  const observe = observerOf(world);
  const idle = await observe(() => world.tick());
  world.fleet.behave((session) => (isAlive(session) ? 0 : null));
  const small = await sweepSteadily(world, observe, { pool: 'small', ...SMALL });
  const large = await sweepSteadily(world, observe, { pool: 'large', ...LARGE });
  const tended = await observe(() => world.tick());
  const known = await observe(() => fill(world, { pool: 'large', ...LARGE }));
  world.fleet.behave((session) => (isAlive(session) !== isFlipped(session) ? 0 : null));
  const changing = await observe(() => world.sweep('large'));
  return summarize({ idle, small, large, tended, known, changing });
}

/** The bytes that a check of an `https:` target sends. */
export async function measureHttpsBytes(): Promise<number> {
  await using world = await startCostWorld({ https: true });
  world.fleet.behave((session) => (isAlive(session) ? 0 : null));
  const { sentBytes } = await sweepSteadily(world, observerOf(world), { pool: 'small', ...SMALL });
  return sentBytes / SMALL.proxies;
}

/** Whether a session answers before the last sweep; a golden-ratio sequence spreads the others. */
function isAlive(session: number): boolean {
  return (session * 0.618034) % 1 < ALIVE;
}

/** Whether a session changes its status in the last sweep. */
function isFlipped(session: number): boolean {
  return session % FLIPPED === 0;
}

interface SizedPool {
  readonly pool: string;
  readonly proxies: number;
}

function policyOf({ options }: CostWorld, intervalSeconds: number) {
  const limits = { timeoutMs: TIMEOUT_MS, slowThresholdMs: TIMEOUT_MS };
  return { options: { ...options, ...limits }, intervalSeconds };
}

function fill(world: CostWorld, { pool, proxies }: SizedPool): Promise<void> {
  return world.whole.createPool(pool, policyOf(world, 60), world.fleet.list(proxies));
}

/** Fills a pool, sweeps it once, and observes a sweep that changes nothing. */
async function sweepSteadily(world: CostWorld, observe: Observe, sized: SizedPool) {
  const imported = await observe(() => fill(world, sized));
  const { swept, sentBytes } = await sweepTwice(world, observe, sized);
  // From now on ticks leave it alone.
  await world.whole.call('PUT', `/pools/${sized.pool}`, policyOf(world, 86_400));
  return { imported, swept, sentBytes };
}

/** Sweeps until two sweeps in a row find what there is, as the first two do; observes the last. */
async function sweepTwice(world: CostWorld, observe: Observe, { pool, proxies }: SizedPool) {
  const alive = Array.from({ length: proxies }, (_, session) => session).filter(isAlive).length;
  let wasRight = false;
  for (let tries = 0; tries < MOST_SWEEPS; tries += 1) {
    world.fleet.takeReceived();
    let found: Sweep | undefined;
    const swept = await observe(async () => {
      found = await world.sweep(pool);
    });
    const { bytes: sentBytes } = world.fleet.takeReceived();
    const isRight = found?.totals?.active === alive && found.totals.inactive === proxies - alive;
    if (wasRight && isRight) return { swept, sentBytes };
    wasRight = isRight;
  }
  throw new Error('this machine is too busy: it takes live proxies for dead ones');
}

type Steady = Awaited<ReturnType<typeof sweepSteadily>>;

interface Measured {
  readonly idle: Observed;
  readonly small: Steady;
  readonly large: Steady;
  readonly tended: Observed;
  readonly known: Observed;
  readonly changing: Observed;
}

function summarize({ idle, small, large, ...rest }: Measured): CountedQuantities {
  const { proxies } = LARGE;
  const results = large.swept.calls.filter(isResult);
  const sampled = large.swept.calls.filter(isSample);
  const one = countRest(small.swept);
  const eight = countRest(large.swept);
  const perBatch = scale(subtract(eight, one), 1 / (LARGE.batches - SMALL.batches));
  const rows = large.imported.calls.filter(({ table }) => table === 'proxies');
  const known = rest.known.calls.filter(({ table }) => table === 'proxies');
  const changed = rest.changing.calls.filter(isRowUpdate);
  const [puts, ticked] = [rows.filter(({ input }) => input.Item), countAll(idle)];
  return {
    perCheck: {
      writeUnits: writesOf(results) / proxies,
      readUnits: readsOf(large.swept.calls.filter(isRows)) / proxies,
      storedBytes:
        mean(results.map(({ input }) => storedSize(input.Item))) / (proxies / results.length),
      sentBytes: large.sentBytes / proxies,
    },
    perSampledRow: { readUnits: readsOf(sampled) / Math.min(proxies, SIZE_SAMPLE) },
    perBatch,
    perSweep: subtract(subtract(one, perBatch), ticked),
    perInvocation: { logBytes: logBytesPerInvocation(large.swept) },
    perStatusChange: {
      writeUnits: writesOf(changed) / changed.length,
      indexUnits: indexesOf(changed) / changed.length,
      readUnits: 0,
      events: (rest.changing.events - large.swept.events) / changed.length,
    },
    perTick: { readUnits: ticked.readUnits, logBytes: ticked.logBytes },
    perTickAndPool: { readUnits: (countAll(rest.tended).readUnits - ticked.readUnits) / 2 },
    perNewProxy: {
      writeUnits: writesOf(rows) / proxies,
      indexUnits: indexesOf(rows) / proxies,
      readUnits: readsOf(rows) / proxies,
    },
    perKnownProxy: {
      writeUnits: writesOf(known) / proxies,
      readUnits: readsOf(known) / proxies,
    },
    rowBytes: mean(puts.map(({ input }) => storedSize(input.Item))),
    metrics: metricsOf(large.swept),
  };
}

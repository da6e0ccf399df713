import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { findDeadPort, startHttpProxy, startSocks5Proxy } from '../../../src/local/fleet/index.ts';
import { batchesOf } from '../../../src/model/batch-range.ts';
import { createProxy, type Proxy } from '../../../src/proxies/proxy.ts';
import { requireSweep } from '../../../src/sweeps/require-sweep.ts';
import { PoolWatch } from '../../support/audit/pool-watch.ts';
import { makePool, TEST_SALT } from '../../support/factories.ts';
import { Tarpit } from '../../support/peers/tarpit.ts';
import type { Hold, TappedRequest } from '../../support/storage/dynamodb-tap.ts';
import type { FaultyEndpoint } from '../../support/storage/faulty-endpoint.ts';
import { until } from '../../support/until.ts';
import { EventReader } from '../support/event-reader.ts';
import { type FaultStack, startFaultStack } from '../support/fault-stack.ts';
import {
  auditWhenAcknowledged,
  idsOf,
  makeStatusKnown,
  messagesOf,
  orNull,
  send,
} from '../support/fault-sweeps.ts';

/** How long the database is unavailable, milliseconds. */
const OUTAGE_MS = 20_000;

/** How long a request to be held may take to arrive, since its checker may time out first. */
const COMES_WITHIN_MS = 180_000;

let stack: FaultStack;
let list: readonly string[];
let deadPort: number;
/** The scripts for calls; the first one that does not pass a call decides. */
const scripts = new Set<FaultyEndpoint['script']>();
const queueScripts = new Set<FaultyEndpoint['script']>();
const tarpit = new Tarpit();
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  // One batch per invocation gives each a process of its own to kill, and the tests run side by side.
  stack = await startFaultStack({ checker: { recordsPerInvocation: 1, maxConcurrency: 10 } });
  stack.dynamodb.faulty.script = firstOf(scripts);
  stack.sqs.faulty.script = firstOf(queueScripts);
  const proxies = await Promise.all([startHttpProxy(), startSocks5Proxy()]);
  for (const proxy of proxies) closing.defer(() => proxy.close());
  deadPort = await findDeadPort();
  await tarpit.start();
  list = [
    ...proxies.map(({ url }) => url),
    `http://127.0.0.1:${deadPort}`,
    `http://127.0.0.1:${tarpit.port}`,
  ];
});

afterAll(async () => {
  await stack?.[Symbol.asyncDispose]();
  await closing.disposeAsync();
  await tarpit.stop();
});

function firstOf(all: ReadonlySet<FaultyEndpoint['script']>): FaultyEndpoint['script'] {
  return (call) => {
    for (const script of all) {
      const fate = script(call);
      if (fate !== 'pass') return fate;
    }
    return 'pass';
  };
}

/** The point at which a request of a pool is held. */
interface Place {
  readonly table: 'pools' | 'proxies' | 'results' | 'sweeps';
  readonly operation: string;
  readonly where: 'before' | 'after';
  /** A further condition on the request. @default every request of the table and operation */
  readonly also?: (request: TappedRequest) => boolean;
}

function holdAt(pool: string, { table, operation, where, also = () => true }: Place): Hold {
  const tableName = stack.whole.stack.tableNames[table];
  const fits = (request: TappedRequest) =>
    request.operation === operation &&
    request.tableName === tableName &&
    stack.poolOf(request) === pool &&
    also(request);
  return stack.dynamodb.tap.hold({ where, fits, withinMs: COMES_WITHIN_MS });
}

/** A checker's first look for a stored result, before it has probed anything. */
const BEFORE_PROBING: Place = { table: 'results', operation: 'GetItem', where: 'before' };

/** The ids of all events about a pool so far, repeated for each time an event was sent. */
async function eventsOf(pool: string): Promise<readonly string[]> {
  return (await new EventReader(stack, pool).read()).map(({ detail }) => detail.eventId);
}

/**
 * Creates a pool of refused ports, each on an address of its own, in 2^k batches. From 1,024 on the
 * size is estimated, so it must be far from 96 and 320 a batch, beyond which k changes.
 */
async function createDeadPool(pool: string, count: number, bitCount: number) {
  const policy = stack.policy(pool) as { options: { targetUrl: string; timeoutMs: number } };
  const { options } = makePool();
  await stack.storage.pools.create(
    makePool({
      poolName: pool,
      options: { ...options, ...policy.options },
      control: false,
      batchBitCounts: [bitCount],
    }),
  );
  const proxies: Proxy[] = Array.from({ length: count }, (_, index) => {
    const host = `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`;
    return createProxy({ protocol: 'http', host, port: deadPort }, TEST_SALT);
  });
  await stack.storage.proxies.insert(pool, proxies);
}

const isLedger = ({ input }: TappedRequest) => JSON.stringify(input.Key).includes('ledger#');
/** The pool releases the sweep: a checker's last write, unless the minute's tick comes first. */
const isCheckersRelease = (request: TappedRequest) =>
  request.input.ConditionExpression === 'runningSweepId = :running' && !stack.isOfFanOut(request);

/** The points at which a checker is killed. */
const DEATHS: readonly (readonly [string, Place])[] = [
  ['before probing', BEFORE_PROBING],
  ['after the result item', { table: 'results', operation: 'PutItem', where: 'after' }],
  [
    'after the ledger',
    { table: 'sweeps', operation: 'UpdateItem', where: 'after', also: isLedger },
  ],
  [
    'before the acknowledgement',
    { table: 'pools', operation: 'UpdateItem', where: 'after', also: isCheckersRelease },
  ],
];

describe.skipIf(process.platform !== 'linux').concurrent('a whole stack', () => {
  /** Waits for and audits a sweep whose checker has just been killed. */
  async function seeThrough(pool: string, sweepId: string) {
    const watch = new PoolWatch(stack.storage, pool);
    await watch.look();
    const hadResult = (await stack.storage.results.get(pool, '*', sweepId)) !== null;
    const asked = stack.target.requests.length;
    const again = holdAt(pool, BEFORE_PROBING);
    await again.reached;
    const [message] = await messagesOf(stack, sweepId);
    expect(message?.receives).toBeGreaterThanOrEqual(2);
    again.release();
    const ids = await idsOf(stack, pool);
    await auditWhenAcknowledged(stack, sweepId);
    expect(await watch.look()).toEqual([]);
    const probed = stack.target.requests.slice(asked).filter(({ url }) => url === `/${pool}`);
    if (hadResult) expect(probed).toEqual([]);
    const { state, totals } = await stack.whole.waitForSweep(sweepId);
    expect([state, totals.proxies]).toEqual(['complete', ids.length]);
  }

  it.each(DEATHS)(
    'FAULTS 31: the checker is killed %s',
    async (name, place) => {
      const pool = `killed-${name.replaceAll(' ', '-')}`;
      await stack.whole.createPool(pool, stack.policy(pool), list);
      const hold = holdAt(pool, place);
      const sweepId = await stack.whole.startSweep(pool);
      await stack.kill(await hold.reached);
      hold.discard();
      await seeThrough(pool, sweepId);
    },
    400_000,
  );

  it('FAULTS 31: the checker is killed half-way through the probes', async () => {
    const pool = 'killed-half-way';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const started = holdAt(pool, BEFORE_PROBING);
    const sweepId = await stack.whole.startSweep(pool);
    const request = await started.reached;
    started.release();
    await until(() => stack.target.requests.some(({ url }) => url === `/${pool}`));
    await stack.kill(request);
    expect(await stack.storage.results.get(pool, '*', sweepId)).toBeNull();
    await seeThrough(pool, sweepId);
  }, 400_000);

  it('FAULTS 31: the checker is killed after some rows', async () => {
    const pool = 'killed-after-some-rows';
    await createDeadPool(pool, 12, 0);
    const order = new Map<TappedRequest, number>();
    const isThirdOrLater = (request: TappedRequest) => {
      if (!order.has(request)) order.set(request, order.size + 1);
      return (order.get(request) ?? 0) > 2;
    };
    const place = { table: 'proxies', operation: 'UpdateItem', where: 'before' } as const;
    const holds = Array.from({ length: 10 }, () =>
      holdAt(pool, { ...place, also: isThirdOrLater }),
    );
    const sweepId = await stack.whole.startSweep(pool);
    const [third] = await Promise.all(holds.map(({ reached }) => reached));
    const written = async () => {
      const page = await stack.storage.proxies.query(pool, { limit: 20, consistent: true });
      return page.rows.filter(({ rowSweepId }) => rowSweepId === sweepId).length;
    };
    await until(async () => (await written()) === 2);
    if (third) await stack.kill(third);
    for (const hold of holds) hold.discard();
    expect(await written()).toBe(2);
    await seeThrough(pool, sweepId);
  }, 400_000);

  it('FAULTS 31: the checker is killed after the events', async () => {
    const pool = 'killed-after-the-events';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const ids = await idsOf(stack, pool);
    // Every verdict is then a change.
    await makeStatusKnown(stack, pool, 'slow');
    const hold = holdAt(pool, {
      table: 'sweeps',
      operation: 'UpdateItem',
      where: 'before',
      also: isLedger,
    });
    const sweepId = await stack.whole.startSweep(pool);
    await stack.kill(await hold.reached);
    hold.discard();
    const sent = await eventsOf(pool);
    await seeThrough(pool, sweepId);
    const stored = await stack.storage.results.get(pool, '*', sweepId);
    const changed = ids.filter((id) => stored?.results.get(id)?.status !== 'inconclusive');
    const eventIds = changed.map((id) => `${sweepId}:${id}`);
    // An event is sent more than once if a busy machine let the checker time out first.
    expect(new Set(sent)).toEqual(new Set(eventIds));
    const all = await eventsOf(pool);
    // Events come at least once: those of the first delivery come again, unless a busy machine has
    // put the next one off until the sweep's deadline, from which on there are none.
    expect(new Set(all)).toEqual(new Set([...eventIds, sweepId]));
    const { deadlineAt } = await requireSweep(stack.storage, sweepId);
    if (systemClock.now() > Date.parse(deadlineAt)) return;
    for (const id of eventIds) expect(all.filter((each) => each === id).length).toBeGreaterThan(1);
  }, 400_000);

  it('FAULTS 30: a message is delivered twice at once, to two checkers', async () => {
    const pool = 'delivered-twice';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const place = { table: 'results', operation: 'PutItem', where: 'before' } as const;
    const holds = [holdAt(pool, place), holdAt(pool, place)];
    const sweepId = await stack.whole.startSweep(pool);
    const [message] = await until(async () => orNull(await messagesOf(stack, sweepId)));
    await send(stack, message?.body ?? '');
    await Promise.all(holds.map(({ reached }) => reached));
    for (const hold of holds) hold.release();
    await auditWhenAcknowledged(stack, sweepId);
    await send(stack, message?.body ?? '');
    await auditWhenAcknowledged(stack, sweepId);
  }, 400_000);

  it('FAULTS 32: fan-out is killed half-way through its messages and retried', async () => {
    const pool = 'fan-out-killed';
    await createDeadPool(pool, 2400, 4);
    const calls: TappedRequest[] = [];
    const isOfPool = (request: TappedRequest) => {
      const fits = request.operation === 'SendMessageBatch' && batchesIn(request, pool).length > 0;
      if (fits) calls.push(request);
      return fits;
    };
    const isSecond = (request: TappedRequest) => isOfPool(request) && calls.length === 2;
    const hold = stack.sqs.tap.hold({
      where: 'before',
      fits: isSecond,
      withinMs: COMES_WITHIN_MS,
    });
    const sweepId = await stack.whole.startSweep(pool);
    const second = await hold.reached;
    const [first] = calls.filter((call) => call !== second);
    const sent = first ? batchesIn(first, pool) : [];
    await until(async () => (await stack.storage.sweeps.readLedger(sweepId)).size > 0);
    await stack.kill(second);
    hold.discard();
    await auditWhenAcknowledged(stack, sweepId);
    expect(stack.whole.stack.functions().fanOut?.errors).toBeGreaterThan(0);
    expect(await stack.storage.sweeps.list(pool, { limit: 9 })).toHaveLength(1);
    const all = stack.sqs.tap.requests.flatMap((request) => batchesIn(request, pool));
    expect(new Set(all)).toEqual(new Set(batchesOf(4)));
    // Only batches that were not known to be done are sent again.
    expect(all.length - sent.length).toBeLessThan(2 * 2 ** 4);
    expect(sent.length).toBeGreaterThan(0);
  }, 400_000);

  it('FAULTS 33: the tick fires three times at once for one minute', async () => {
    const pool = 'ticked-twice';
    const policy = { ...stack.policy(pool), intervalSeconds: 86_400 };
    await stack.whole.createPool(pool, policy, list);
    // The first minute after the pool was created; the stack's own schedule may fire for it too.
    const minute = new Date(Math.ceil(systemClock.now() / 60_000) * 60_000);
    const fire = () => stack.whole.stack.fireSchedule('everyMinute', minute);
    const outcomes = await Promise.all([fire(), fire(), fire()]);
    expect(outcomes.map((outcome) => outcome?.ok)).toEqual([true, true, true]);
    const sweeps = () => stack.storage.sweeps.list(pool, { limit: 9 });
    const [sweep] = await until(async () => orNull(await sweeps()));
    await auditWhenAcknowledged(stack, sweep?.sweepId ?? '');
    await fire();
    expect(await sweeps()).toHaveLength(1);
  }, 400_000);

  it('FAULTS 34: the database is unavailable for 20 s, then throttles every second call', async () => {
    const pool = 'outage';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const checked = holdAt(pool, BEFORE_PROBING);
    const sweepId = await stack.whole.startSweep(pool);
    await checked.reached;
    const backAt = performance.now() + OUTAGE_MS;
    let calls = 0;
    const concerns = (body: unknown) =>
      /outage/.test(JSON.stringify(body)) || JSON.stringify(body).includes(sweepId);
    scripts.add(({ body, action }) => {
      if (!concerns(body)) return 'pass';
      if (performance.now() < backAt) return 'fail';
      calls += 1;
      return calls % 2 === 0 && action !== 'GetItem' ? 'throttle' : 'pass';
    });
    checked.release();
    await until(async () => performance.now() > backAt);
    await auditWhenAcknowledged(stack, sweepId);
    expect(calls).toBeGreaterThan(4);
  }, 400_000);

  it('FAULTS 35: SQS takes one message of a call and fails the others', async () => {
    const pool = 'failed-entries';
    await createDeadPool(pool, 440, 2);
    const accepted: string[] = [];
    let refused = 0;
    queueScripts.add(({ action, body }) => {
      const { Entries = [] } = body as { Entries?: Entry[] };
      const mine = Entries.filter((entry) => batchOfEntry(entry, pool) !== null);
      if (action !== 'SendMessageBatch' || mine.length === 0) return 'pass';
      const [first, ...others] = Entries;
      if (first) accepted.push(batchOfEntry(first, pool) ?? '');
      refused += others.length;
      const Failed = others.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError' }));
      return {
        body: { ...(body as object), Entries: [first] },
        change: (answer) => ({ ...answer, Failed }),
      };
    });
    const sweepId = await stack.whole.startSweep(pool);
    await auditWhenAcknowledged(stack, sweepId);
    expect(refused).toBe(3 + 2 + 1);
    expect(accepted.toSorted()).toEqual([...batchesOf(2)]);
  }, 400_000);
});

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** The batch in an entry of `SendMessageBatch`; null when it belongs to another pool. */
function batchOfEntry({ MessageBody }: Entry, pool: string): string | null {
  const { poolName, bits } = JSON.parse(MessageBody);
  return poolName === pool ? bits : null;
}

function batchesIn({ operation, input }: TappedRequest, pool: string): string[] {
  if (operation !== 'SendMessageBatch') return [];
  return (input.Entries as Entry[]).flatMap((entry) => batchOfEntry(entry, pool) ?? []);
}

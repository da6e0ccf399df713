import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDeadPort, startHttpProxy, startSocks5Proxy } from '../../src/local/fleet/index.ts';
import { createProxy, type Proxy } from '../../src/proxies/proxy.ts';
import { batchesOf } from '../../src/sweeps/batch-range.ts';
import { PoolWatch } from '../support/audit/pool-watch.ts';
import { auditSweep, findUnapplied } from '../support/audit-sweep.ts';
import type { Hold, TappedRequest } from '../support/dynamodb-tap.ts';
import { FAR_FUTURE_SECONDS, makePool, TEST_SALT } from '../support/factories.ts';
import type { FaultyEndpoint } from '../support/faulty-endpoint.ts';
import { Tarpit } from '../support/tarpit.ts';
import { until } from '../support/until.ts';
import { type FaultStack, startFaultStack } from './support/fault-stack.ts';

/** How long the database is away, milliseconds. */
const OUTAGE_MS = 20_000;

let stack: FaultStack;
let list: readonly string[];
let deadPort: number;
/** What is done to calls; the first that does not let one pass decides. */
const scripts = new Set<FaultyEndpoint['script']>();
const queueScripts = new Set<FaultyEndpoint['script']>();
const tarpit = new Tarpit();
const closing = new AsyncDisposableStack();

beforeAll(async () => {
  // One batch an invocation: each has a process of its own to be killed.
  stack = await startFaultStack({ checker: { recordsPerInvocation: 1 } });
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

/** Where on its way a request of a pool is stopped. */
interface Place {
  readonly table: 'pools' | 'proxies' | 'results' | 'sweeps';
  readonly operation: string;
  readonly where: 'before' | 'after';
  /** @default every request of the table and operation */
  readonly also?: (request: TappedRequest) => boolean;
}

function holdAt(pool: string, { table, operation, where, also = () => true }: Place): Hold {
  const tableName = stack.whole.stack.tableNames[table];
  const fits = (request: TappedRequest) =>
    request.operation === operation &&
    request.tableName === tableName &&
    stack.poolOf(request) === pool &&
    also(request);
  return stack.dynamodb.tap.hold({ where, fits });
}

/** A checker's first look for a stored result: nothing has been probed. */
const BEFORE_PROBING: Place = { table: 'results', operation: 'GetItem', where: 'before' };

const messagesOf = async (sweepId: string) =>
  (await stack.messagesIn('batches')).filter(({ body }) => body.includes(sweepId));

/** Waits until a sweep has ended and its messages are acknowledged, then recounts it. */
async function auditWhenAcknowledged(sweepId: string, proxyIds: readonly string[]) {
  await stack.whole.waitForSweep(sweepId, 60_000);
  await until(async () => (await messagesOf(sweepId)).length === 0);
  const { bitCount } = (await stack.storage.getSweep(sweepId)) ?? { bitCount: 0 };
  const acknowledged = [...batchesOf(bitCount)];
  await auditSweep(stack.storage, sweepId, { proxyIds, acknowledged });
  expect(await findUnapplied(stack.storage, sweepId)).toEqual([]);
}

async function idsOf(pool: string): Promise<readonly string[]> {
  return stack.storage.queryProxyIds(pool, 5000);
}

/** A pool of refused ports, each on an address of its own, in 2^k batches. */
async function createDeadPool(pool: string, count: number, bitCount: number) {
  const policy = stack.policy(pool) as { options: { targetUrl: string; timeoutMs: number } };
  const { options } = makePool();
  await stack.storage.createPool(
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
  await stack.storage.insertProxies(pool, proxies);
}

const isLedger = ({ input }: TappedRequest) => JSON.stringify(input.Key).includes('ledger#');
/** The pool lets go of the sweep: a checker's last write. */
const isRelease = ({ input }: TappedRequest) => String(input.UpdateExpression).includes('REMOVE');

/** After which of its writes, or before, a checker dies. */
const DEATHS: readonly (readonly [string, Place])[] = [
  ['before probing', BEFORE_PROBING],
  ['after the result item', { table: 'results', operation: 'PutItem', where: 'after' }],
  [
    'after the ledger',
    { table: 'sweeps', operation: 'UpdateItem', where: 'after', also: isLedger },
  ],
  [
    'before the acknowledgement',
    { table: 'pools', operation: 'UpdateItem', where: 'after', also: isRelease },
  ],
];

describe.skipIf(process.platform !== 'linux').concurrent('a whole stack', () => {
  /** Sees a sweep through whose checker has just been killed. */
  async function seeThrough(pool: string, sweepId: string) {
    const watch = new PoolWatch(stack.storage, pool);
    await watch.look();
    const hadResult = (await stack.storage.getBatchResult(pool, '*', sweepId)) !== null;
    const asked = stack.target.requests.length;
    const again = holdAt(pool, BEFORE_PROBING);
    await again.reached;
    const [message] = await messagesOf(sweepId);
    expect(message?.receives).toBeGreaterThanOrEqual(2);
    again.release();
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    expect(await watch.look()).toEqual([]);
    const probed = stack.target.requests.slice(asked).filter(({ url }) => url === `/${pool}`);
    if (hadResult) expect(probed).toEqual([]);
    const { state, totals } = await stack.whole.waitForSweep(sweepId);
    expect([state, totals.proxies]).toEqual(['complete', list.length]);
  }

  it.each(DEATHS)(
    'FAULTS 31: the checker is killed %s',
    async (name, place) => {
      const pool = `killed-${name.replaceAll(' ', '-')}`;
      await stack.whole.createPool(pool, stack.policy(pool), list);
      const hold = holdAt(pool, place);
      const sweepId = await stack.whole.startSweep(pool);
      stack.kill(await hold.reached);
      hold.discard();
      await seeThrough(pool, sweepId);
    },
    90_000,
  );

  it('FAULTS 31: the checker is killed half-way through the probes', async () => {
    const pool = 'killed-half-way';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const started = holdAt(pool, BEFORE_PROBING);
    const sweepId = await stack.whole.startSweep(pool);
    const request = await started.reached;
    started.release();
    await until(() => stack.target.requests.some(({ url }) => url === `/${pool}`));
    stack.kill(request);
    expect(await stack.storage.getBatchResult(pool, '*', sweepId)).toBeNull();
    await seeThrough(pool, sweepId);
  }, 90_000);

  it('FAULTS 31: the checker is killed after some rows', async () => {
    const pool = 'killed-after-some-rows';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    let rows = 0;
    const thirdAndLater = () => {
      rows += 1;
      return rows > 2;
    };
    const place = { table: 'proxies', operation: 'UpdateItem', where: 'before' } as const;
    const holds = [1, 2].map((nth) =>
      holdAt(pool, { ...place, ...(nth === 1 && { also: thirdAndLater }) }),
    );
    const sweepId = await stack.whole.startSweep(pool);
    const [third] = await Promise.all(holds.map(({ reached }) => reached));
    const written = async () => {
      const page = await stack.storage.queryProxyRows(pool, { limit: 9, consistent: true });
      return page.rows.filter(({ rowSweepId }) => rowSweepId === sweepId).length;
    };
    await until(async () => (await written()) === 2);
    if (third) stack.kill(third);
    for (const hold of holds) hold.discard();
    expect(await written()).toBe(2);
    await seeThrough(pool, sweepId);
  }, 90_000);

  it('FAULTS 30: a message is delivered twice at once, to two checkers', async () => {
    const pool = 'delivered-twice';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const place = { table: 'results', operation: 'PutItem', where: 'before' } as const;
    const holds = [holdAt(pool, place), holdAt(pool, place)];
    const sweepId = await stack.whole.startSweep(pool);
    const [message] = await until(async () => orNull(await messagesOf(sweepId)));
    await send(message?.body ?? '');
    await Promise.all(holds.map(({ reached }) => reached));
    for (const hold of holds) hold.release();
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    await send(message?.body ?? '');
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
  }, 90_000);

  it('FAULTS 32: fan-out is killed half-way through its messages, then tried again', async () => {
    const pool = 'fan-out-killed';
    await createDeadPool(pool, 1600, 4);
    const calls: TappedRequest[] = [];
    const isOfPool = (request: TappedRequest) => {
      const fits = request.operation === 'SendMessageBatch' && batchesIn(request, pool).length > 0;
      if (fits) calls.push(request);
      return fits;
    };
    const isSecond = (request: TappedRequest) => isOfPool(request) && calls.length === 2;
    const hold = stack.sqs.tap.hold({ where: 'before', fits: isSecond });
    const sweepId = await stack.whole.startSweep(pool);
    const second = await hold.reached;
    const [first] = calls.filter((call) => call !== second);
    const sent = first ? batchesIn(first, pool) : [];
    await until(async () => (await stack.storage.readLedger(sweepId)).size > 0);
    stack.kill(second);
    hold.discard();
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    expect(await stack.storage.listSweeps(pool, { limit: 9 })).toHaveLength(1);
    const all = stack.sqs.tap.requests.flatMap((request) => batchesIn(request, pool));
    expect(new Set(all)).toEqual(new Set(batchesOf(4)));
    // Sent again is only what was not known to be done.
    expect(all.length - sent.length).toBeLessThan(2 * 2 ** 4);
    expect(sent.length).toBeGreaterThan(0);
  }, 90_000);

  it('FAULTS 33: the tick fires thrice at once for one minute', async () => {
    const pool = 'ticked-twice';
    const policy = { ...stack.policy(pool), intervalSeconds: 86_400 };
    await stack.whole.createPool(pool, policy, list);
    const minute = new Date(Math.floor(Date.parse('2026-11-24T00:00:00Z') / 60_000) * 60_000);
    const fire = () => stack.whole.stack.fireSchedule('everyMinute', minute);
    const outcomes = await Promise.all([fire(), fire(), fire()]);
    expect(outcomes.map((outcome) => outcome?.ok)).toEqual([true, true, true]);
    const [sweep] = await stack.storage.listSweeps(pool, { limit: 9 });
    await auditWhenAcknowledged(sweep?.sweepId ?? '', await idsOf(pool));
    await fire();
    expect(await stack.storage.listSweeps(pool, { limit: 9 })).toHaveLength(1);
  }, 90_000);

  it('FAULTS 34: the database is away for 20 s and throttles every second call then', async () => {
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
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    expect(calls).toBeGreaterThan(4);
  }, 120_000);

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
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    expect(refused).toBe(3 + 2 + 1);
    expect(accepted.toSorted()).toEqual([...batchesOf(2)]);
  }, 90_000);

  it('FAULTS 37: poison goes to the dead-letter queue after 5 receives, the rest is done', async () => {
    const pool = 'beside-poison';
    await stack.whole.createPool(pool, stack.policy(pool), list);
    const poison = ['not JSON {', JSON.stringify({ sweepId: 'x', wrong: 'shape' })];
    // A second instead of 5 to 30: what is shortened is the wait alone.
    queueScripts.add(({ action, body }) =>
      action === 'ChangeMessageVisibility'
        ? { body: { ...(body as object), VisibilityTimeout: 1 }, change: (answer) => answer }
        : 'pass',
    );
    for (const body of poison) await send(body);
    const gone = JSON.stringify({
      sweepId: '019b0001-0000-7000-8000-000000000000',
      poolName: 'no-such-pool',
      bits: '*',
      deadlineAt: new Date(FAR_FUTURE_SECONDS * 1000).toISOString(),
    });
    await send(gone);
    const sweepId = await stack.whole.startSweep(pool);
    await auditWhenAcknowledged(sweepId, await idsOf(pool));
    const dead = await until(async () => {
      const messages = await stack.messagesIn('deadLetters');
      return messages.length === poison.length && messages;
    });
    expect(dead.map(({ body }) => body).toSorted()).toEqual(poison.toSorted());
    const left = await stack.messagesIn('batches');
    expect(left.filter(({ body }) => [...poison, gone].includes(body))).toEqual([]);
    const unreadable = stack.whole.lines.filter((line) => /"UnreadableRecords":1\b/.test(line));
    expect(unreadable).toHaveLength(5 * poison.length);
    expect(stack.whole.lines.join()).toContain('the batch is of a sweep or pool that is gone');
  }, 90_000);
});

interface Entry {
  readonly Id: string;
  readonly MessageBody: string;
}

/** The batch of a pool that an entry of `SendMessageBatch` is about. */
function batchOfEntry({ MessageBody }: Entry, pool: string): string | null {
  const { poolName, bits } = JSON.parse(MessageBody);
  return poolName === pool ? bits : null;
}

function batchesIn({ operation, input }: TappedRequest, pool: string): string[] {
  if (operation !== 'SendMessageBatch') return [];
  return (input.Entries as Entry[]).flatMap((entry) => batchOfEntry(entry, pool) ?? []);
}

function orNull<Item>(items: readonly Item[]): readonly Item[] | null {
  return items.length > 0 ? items : null;
}

async function send(MessageBody: string): Promise<void> {
  const QueueUrl = stack.whole.stack.queueUrls.batches;
  await stack.sqsClient.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}

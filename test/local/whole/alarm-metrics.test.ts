import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findDeadPort, startTarget, type Target } from '../../../src/local/fleet/index.ts';
import type { BatchCounts, Sweep } from '../../../src/model/sweep.ts';
import { DynamoDbStorage } from '../../../src/storage/dynamodb.ts';
import type { TableNames } from '../../../src/storage/dynamodb-tables.ts';
import { resourcesOf, templateOf } from '../../cdk/template.ts';
import { startScriptedEventBus } from '../../functions/support/scripted-event-bus.ts';
import { makeCounts, makePool, makeSweep, makeSweepId } from '../../support/factories.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';

const MINUTE = 60_000;

let whole: WholeStack;
let bus: Awaited<ReturnType<typeof startScriptedEventBus>>;
let target: Target;
let dynamodb: DynamoDBClient;
let storage: DynamoDbStorage;

beforeAll(async () => {
  target = await startTarget();
  bus = await startScriptedEventBus(({ Detail }) =>
    JSON.parse(Detail).pool === 'refused' ? 'InternalFailure' : null,
  );
  whole = await startWholeStack({
    functionEndpoints: async (real) => ({ ...real, eventbridge: bus.url }),
  });
  const { endpoints, credentials, tableNames } = whole.stack;
  dynamodb = new DynamoDBClient({
    region: 'us-east-1',
    credentials,
    endpoint: endpoints.dynamodb,
  });
  storage = new DynamoDbStorage({ client: dynamodb, tables: tableNames as unknown as TableNames });
});

afterAll(async () => {
  dynamodb?.destroy();
  await whole?.[Symbol.asyncDispose]();
  await bus?.[Symbol.asyncDispose]();
  await target?.close();
});

/** Creates a pool that is in a sweep of one batch whose deadline was some minutes ago. */
async function leaveSweep(
  poolName: string,
  minutesOverdue: number,
  { counts, ...changes }: Partial<Sweep> & { readonly counts?: BatchCounts } = {},
): Promise<void> {
  const now = Date.now();
  const sweep = makeSweep({
    poolName,
    sweepId: makeSweepId(poolName.length),
    startedAt: new Date(now - 20 * MINUTE).toISOString(),
    dispatchedAt: new Date(now - 20 * MINUTE).toISOString(),
    deadlineAt: new Date(now - minutesOverdue * MINUTE).toISOString(),
    expiresAtEpochSeconds: Math.round(now / 1000) + 3_600,
    ...changes,
  });
  await storage.pools.create(makePool({ poolName }));
  await storage.pools.claim({ poolName, sweepId: sweep.sweepId, batchBitCounts: [0] });
  await storage.sweeps.put(sweep);
  if (counts) await storage.sweeps.recordBatch(sweep, '*', counts);
}

interface EmfLine {
  readonly _aws: {
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
  readonly [key: string]: unknown;
}

/** The metrics CloudWatch would extract from the logs, with the greatest value of each. */
function emittedMetrics(): Map<string, number> {
  const emitted = new Map<string, number>();
  for (const line of whole.lines.filter((each) => each.includes('"_aws"'))) {
    const emf: EmfLine = JSON.parse(line.slice(line.indexOf('{')));
    for (const { Namespace, Dimensions, Metrics } of emf._aws.CloudWatchMetrics) {
      for (const { Name } of Metrics) {
        for (const names of Dimensions) {
          const key = keyOf(
            Namespace,
            Name,
            names.map((name) => [name, emf[name]]),
          );
          emitted.set(
            key,
            Math.max(emitted.get(key) ?? 0, Math.max(...[emf[Name]].flat().map(Number))),
          );
        }
      }
    }
  }
  return emitted;
}

function keyOf(namespace: string, name: string, dimensions: readonly unknown[]): string {
  return JSON.stringify([namespace, name, dimensions]);
}

describe('the function metrics that alarms watch', () => {
  const watched = Object.values(resourcesOf(templateOf(), 'AWS::CloudWatch::Alarm'))
    .map(({ Properties }) => Properties)
    .filter(({ Namespace }) => Namespace === 'Lighthouse')
    .map(({ Namespace, MetricName, Dimensions }) =>
      keyOf(
        Namespace,
        MetricName,
        Dimensions.map(({ Name, Value }: { Name: string; Value: unknown }) => [Name, Value]),
      ),
    );

  it('are written under the names in the alarms when a tick finds their condition', async () => {
    const idle = await whole.stack.fireSchedule('everyMinute', new Date());
    expect(idle).toMatchObject({ ok: true });
    // A metric that every tick writes would cost money in a stack that does nothing.
    expect([...emittedMetrics()]).toEqual([]);

    const blind = makeCounts({ active: 0, inconclusive: 3 });
    await leaveSweep('late', 1);
    await leaveSweep('incomplete', 10);
    await leaveSweep('blind', 1, { counts: blind });
    await leaveSweep('refused', 1, { counts: makeCounts() });
    await storage.pools.create(
      makePool({ poolName: 'below', alarmBelowAvailability: 0.9, lastAvailability: 0.5 }),
    );
    expect(await whole.stack.fireSchedule('everyMinute', new Date())).toMatchObject({ ok: true });
    const positive = [...emittedMetrics()].filter(([, value]) => value > 0).map(([key]) => key);
    expect(watched).toHaveLength(5);
    for (const key of watched) expect(positive).toContain(key);
  });

  it('count a sweep without any verdict even if a checker closes it', async () => {
    const before = linesOf('sweep inconclusive').length;
    const deadTarget = `http://127.0.0.1:${await findDeadPort()}/`;
    await whole.createPool('untold', { options: { targetUrl: deadTarget, timeoutMs: 500 } }, [
      'http://127.0.0.1:9',
    ]);
    const sweepId = await whole.startSweep('untold');
    await whole.waitForSweep(sweepId);
    await expect
      .poll(() => linesOf('sweep inconclusive').slice(before), { timeout: 10_000 })
      .toEqual([expect.stringContaining(sweepId)]);
    await expect
      .poll(() => whole.lines.filter((line) => /Checker.*"SweepsInconclusive":1/.test(line)))
      .toHaveLength(1);
  });
});

function linesOf(message: string): string[] {
  return whole.lines.filter((line) => line.includes(`"message":"${message}"`));
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTestAuthority } from '../../src/local/fleet/certificates.ts';
import type { LocalEndpoints } from '../../src/local/overrides.ts';
import { LOCAL_REGION } from '../../src/local/template/physical-names.ts';
import type { Sweep } from '../../src/model/sweep.ts';
import { DynamoDbStorage } from '../../src/storage/dynamodb.ts';
import type { TableNames } from '../../src/storage/dynamodb-tables.ts';
import { until } from '../support/until.ts';
import {
  startWholeStack,
  type WholeStack,
  type WholeStackOptions,
} from '../support/whole-stack.ts';
import { startWireMeter, type WireMeter } from '../support/wire/wire-meter.ts';
import { type CostFleet, startCostFleet } from './fleet.ts';

/** The stack with meters in front of what it pays for, and a fleet to check. */
export interface CostWorld extends AsyncDisposable {
  readonly whole: WholeStack;
  readonly fleet: CostFleet;
  readonly storage: DynamoDbStorage;
  /** In front of DynamoDB, SQS and EventBridge; functions alone use them. */
  readonly meters: Readonly<Record<'dynamodb' | 'sqs' | 'eventbridge', WireMeter>>;
  /** Options of a pool whose target is the fleet's. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Fires the tick of a minute, and waits for the sweep of a pool that it starts. */
  sweep(pool: string): Promise<Sweep>;
  /** Fires the tick of a minute. */
  tick(): Promise<void>;
}

const MINUTE_MS = 60_000;

export interface CostWorldOptions extends Pick<WholeStackOptions, 'checker'> {
  /** Whether the target is an `https:` one. @default false */
  readonly https?: boolean;
}

/** Starts all of it. */
export async function startCostWorld({ https, ...settings }: CostWorldOptions = {}) {
  await using starting = new AsyncDisposableStack();
  const authority = https ? await createTestAuthority() : undefined;
  const fleet = starting.use(
    await startCostFleet(await authority?.issue({ names: ['127.0.0.1'] })),
  );
  const meters: Partial<Record<keyof LocalEndpoints, WireMeter>> = {};
  const whole = starting.use(
    await startWholeStack({
      ...settings,
      scheduleEnabled: false,
      functionEndpoints: async (real) => {
        for (const service of ['dynamodb', 'sqs', 'eventbridge'] as const) {
          meters[service] = starting.use(await startWireMeter(real[service]));
        }
        const urls = Object.entries(meters).map(([service, { url }]) => [service, url]);
        return { ...real, ...Object.fromEntries(urls) };
      },
    }),
  );
  const { endpoints, credentials, tableNames } = whole.stack;
  const endpoint = endpoints.dynamodb;
  const client = new DynamoDBClient({ endpoint, region: LOCAL_REGION, credentials });
  starting.defer(() => client.destroy());
  const tables = tableNames as unknown as TableNames;
  const storage = new DynamoDbStorage({ client, tables });
  const ca = authority && { ca: authority.caPem };
  const all = starting.move();
  return {
    ...{ whole, fleet, storage, meters: meters as CostWorld['meters'] },
    options: { targetUrl: fleet.targetUrl, ...ca },
    ...sweeps(whole, storage),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

function sweeps({ stack }: WholeStack, storage: DynamoDbStorage) {
  // Minutes that no tick has had: each sweep is a pool's first of that minute.
  let minute = Math.ceil(Date.now() / MINUTE_MS);
  const tick = async () => {
    minute += 1;
    const outcome = await stack.fireSchedule(undefined, new Date(minute * MINUTE_MS));
    if (outcome?.ok !== true) throw new Error(`the tick failed: ${JSON.stringify(outcome)}`);
  };
  return {
    tick,
    async sweep(pool: string): Promise<Sweep> {
      await tick();
      const sweepId = (await storage.pools.get(pool))?.lastSweepId ?? '';
      const hasEnded = async () => (await storage.pools.get(pool))?.runningSweepId === undefined;
      // Batches behind one gateway are given back, and become visible one after the other.
      await until(hasEnded, { timeoutMs: 10 * MINUTE_MS });
      const sweep = await storage.sweeps.get(sweepId);
      if (sweep?.state !== 'complete') throw new Error(`sweep ${sweepId} is ${sweep?.state}`);
      return sweep;
    },
  };
}

import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/environment.ts';
import { Alarms } from './alarms.ts';
import { BatchQueue } from './batch-queue.ts';
import { DataTables } from './data-tables.ts';
import { EventBus } from './event-bus.ts';
import { bundleOf } from './function-code.ts';
import { LighthouseFunctions } from './lighthouse-functions.ts';
import { parseSettings } from './settings.ts';
import type { LighthouseSettingsInput } from './settings-schema.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { SweepsApi } from './sweeps-api.ts';

export interface LighthouseStackProps extends StackProps {
  /** Sizes and limits, checked against each other. @default those of `LighthouseSettings` */
  readonly settings?: LighthouseSettingsInput | string;
  /** Where the functions' code comes from. @default the bundles of `bundleFunctions` */
  readonly codeOf?: (name: FunctionName) => Code;
}

/** Everything Lighthouse runs in the cloud. */
export class LighthouseStack extends Stack {
  constructor(scope: Construct, id: string, props: LighthouseStackProps = {}) {
    const { settings: input, codeOf = bundledCode, ...stackProps } = props;
    super(scope, id, { description: 'Health checks for forward-proxy fleets.', ...stackProps });
    const settings = parseSettings(input);
    const tables = new DataTables(this, 'Tables', settings);
    const batches = new BatchQueue(this, 'Queue', settings.queue);
    const events = new EventBus(this, 'Events');
    const functions = new LighthouseFunctions(this, 'Functions', { settings, codeOf });
    functions.connect(tables, batches, events);
    new SweepSchedule(this, 'Schedule', {
      target: functions.fanOut,
      enabled: settings.fanOut.scheduleEnabled,
    });
    const { api } = new SweepsApi(this, 'Api', {
      ...settings.api,
      logRetentionDays: settings.logRetentionDays,
      handler: functions.api,
    });
    new Alarms(this, 'Alarms', {
      ...settings.alarms,
      deadLetterQueue: batches.deadLetterQueue,
      tables: tables.tables,
      functions: [functions.fanOut, functions.checker, functions.api],
      scheduleEnabled: settings.fanOut.scheduleEnabled,
    });
    this.#output('ApiUrl', api.apiEndpoint);
    this.#output('PoolsTableName', tables.tables.pools.tableName);
    this.#output('ProxiesTableName', tables.tables.proxies.tableName);
    this.#output('ResultsTableName', tables.tables.results.tableName);
    this.#output('SweepsTableName', tables.tables.sweeps.tableName);
    this.#output('BatchQueueUrl', batches.queue.queueUrl);
    this.#output('DeadLetterQueueUrl', batches.deadLetterQueue.queueUrl);
    this.#output('EventBusName', events.bus.eventBusName);
  }

  #output(id: string, value: string): void {
    new CfnOutput(this, id, { value });
  }
}

function bundledCode(name: FunctionName): Code {
  return Code.fromAsset(bundleOf(name));
}

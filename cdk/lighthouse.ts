import { Tags } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { type Alarm, Dashboard } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { type EventBus as Bus, type OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import {
  type Grant,
  type IGrantable,
  ManagedPolicy,
  PermissionsBoundary,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/environment.ts';
import { EVENT_SOURCE, EventType } from '../src/model/event-names.ts';
import type { TableName } from '../src/storage/dynamodb-tables.ts';
import { Alarms } from './alarms.ts';
import { grantRoutes, LEASE_ROUTES, READ_ROUTES } from './api-grants.ts';
import { BatchQueue } from './batch-queue.ts';
import { CheckerNetwork, type NetworkProps } from './checker-network.ts';
import { DataTables } from './data-tables.ts';
import { EventBus } from './event-bus.ts';
import { fleetWidgets } from './fleet-widgets.ts';
import { bundleOf } from './function-code.ts';
import { LighthouseFunctions } from './lighthouse-functions.ts';
import type { LighthouseProps } from './lighthouse-props.ts';
import { metricsStackOf } from './metrics.ts';
import { type Pipeline, pipelineWidgets } from './pipeline-widgets.ts';
import { parseSettings } from './settings.ts';
import type { LighthouseSettings } from './settings-types.ts';
import { SweepSchedule } from './sweep-schedule.ts';
import { SweepsApi } from './sweeps-api.ts';

/** Which pool a grant is for. */
export interface GrantLeaseOptions {
  /** The only pool whose proxies may be leased. @default every pool */
  readonly pool?: string;
}

/**
 * Everything Lighthouse runs in the cloud: functions, queue, tables, event bus, schedule, HTTP API,
 * alarms and dashboard. There may be several in a stack and in an account.
 *
 * @example
 * const proxies = new Lighthouse(this, 'Proxies', { network: { kind: 'fixedEgress' } });
 * proxies.grantLease(crawler);
 * proxies.onProxyStatusChanged('Changed', { target: new LambdaFunction(notifier) });
 */
export class Lighthouse extends Construct {
  /** The HTTP API, behind IAM. */
  readonly api: HttpApi;
  /** The bus of `Proxy Status Changed` and `Sweep Finished`. */
  readonly bus: Bus;
  /** The tables; `proxies` has the passwords of proxies. */
  readonly tables: Readonly<Record<TableName, Table>>;
  /** The queue of batches. */
  readonly batchQueue: IQueue;
  /** The queue of batches that failed again and again. */
  readonly deadLetterQueue: IQueue;
  /** Every alarm, for actions of your own. */
  readonly alarms: readonly Alarm[];
  /** Null when the settings want none. */
  readonly dashboard: Dashboard | null;
  /** The addresses that probes come from; empty unless `network` is `fixedEgress`. */
  readonly egressAddresses: readonly string[];

  constructor(scope: Construct, id: string, props: LighthouseProps = {}) {
    super(scope, id);
    const { codeOf = bundledCode, ...given } = props;
    const { settings, placement } = readProps(given);
    const { kmsKeyArn, logRetentionDays } = settings;
    const encryptionKey = kmsKeyArn === null ? undefined : Key.fromKeyArn(this, 'Key', kmsKeyArn);
    const common = { encryptionKey, logRetentionDays };
    const data = new DataTables(this, 'Tables', { ...settings, ...common });
    const batches = new BatchQueue(this, 'Queue', { ...settings.queue, ...common });
    const events = new EventBus(this, 'Events');
    const network = placement
      ? new CheckerNetwork(this, 'Network', { ...common, network: placement })
      : undefined;
    const metricsStack = metricsStackOf(this);
    const own = { settings, codeOf, network, encryptionKey, metricsStack };
    const functions = new LighthouseFunctions(this, 'Functions', own);
    functions.connect(data, batches, events);
    const { scheduleEnabled } = settings.fanOut;
    new SweepSchedule(this, 'Schedule', { target: functions.fanOut, enabled: scheduleEnabled });
    const handler = functions.api;
    this.api = new SweepsApi(this, 'Api', { ...settings.api, ...common, handler }).api;
    this.bus = events.bus;
    this.tables = data.tables;
    this.batchQueue = batches.queue;
    this.deadLetterQueue = batches.deadLetterQueue;
    this.egressAddresses = network?.egressAddresses ?? [];
    const parts = { api: this.api, batches, functions, tables: data.tables, metricsStack };
    const pipeline = { ...parts, natGatewayIds: network?.natGatewayIds ?? [] };
    const watched = { ...settings.alarms, ...pipeline, scheduleEnabled };
    this.alarms = new Alarms(this, 'Alarms', watched).alarms;
    this.dashboard = settings.dashboard ? createDashboard(this, pipeline) : null;
    this.#applyToAll(settings);
  }

  /**
   * Lets `grantee` acquire, renew and release leases, which gives it the passwords of proxies, and
   * nothing else. A function also gets the API's URL, as `LIGHTHOUSE_API_URL`.
   */
  grantLease(grantee: IGrantable, options: GrantLeaseOptions = {}): Grant {
    return grantRoutes(this.api, grantee, { ...options, routes: LEASE_ROUTES });
  }

  /**
   * Lets `grantee` see pools, proxies, sweeps and results through the API, which shows no password.
   * It grants no table: those have passwords, for which `tables.proxies.grantReadData` is there. A
   * function also gets the API's URL, as `LIGHTHOUSE_API_URL`.
   */
  grantRead(grantee: IGrantable): Grant {
    return grantRoutes(this.api, grantee, { routes: READ_ROUTES });
  }

  /** Makes a rule for the changes of proxies' statuses; `eventPattern` may narrow it. */
  onProxyStatusChanged(id: string, options: OnEventOptions = {}): Rule {
    return this.#onEvent(id, EventType.proxyStatusChanged, options);
  }

  /** Makes a rule for the ends of sweeps; `eventPattern` may narrow it. */
  onSweepFinished(id: string, options: OnEventOptions = {}): Rule {
    return this.#onEvent(id, EventType.sweepFinished, options);
  }

  #onEvent(id: string, type: EventType, options: OnEventOptions): Rule {
    const { target, crossStackScope = this, ...given } = options;
    const rule = new Rule(crossStackScope, id, { ...given, eventBus: this.bus });
    rule.addEventPattern({ source: [EVENT_SOURCE], detailType: [type] });
    if (target) rule.addTarget(target);
    return rule;
  }

  #applyToAll({ tags, permissionsBoundaryArn }: LighthouseSettings): void {
    for (const [key, value] of Object.entries(tags)) Tags.of(this).add(key, value);
    if (permissionsBoundaryArn === null) return;
    const boundary = ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', permissionsBoundaryArn);
    PermissionsBoundary.of(this).apply(boundary);
  }
}

/** Parses the settings among the props; a network of constructs is no setting and stays as it is. */
function readProps({ network = null, ...given }: Omit<LighthouseProps, 'codeOf'>): {
  readonly settings: LighthouseSettings;
  readonly placement: LighthouseSettings['network'] | NetworkProps;
} {
  if (network === null || !('vpc' in network)) {
    const settings = parseSettings({ ...given, network });
    return { settings, placement: settings.network };
  }
  return { settings: parseSettings(given), placement: network };
}

function createDashboard(scope: Construct, pipeline: Pipeline): Dashboard {
  const { fanOut, checker, api } = pipeline.functions;
  const logGroups = [fanOut, checker, api].map(({ logGroup }) => logGroup);
  // Without a name of its own, so that no two clash.
  return new Dashboard(scope, 'Dashboard', {
    widgets: [...fleetWidgets(logGroups), ...pipelineWidgets(pipeline)].map((row) => [...row]),
  });
}

function bundledCode(name: FunctionName): Code {
  return Code.fromAsset(bundleOf(name));
}

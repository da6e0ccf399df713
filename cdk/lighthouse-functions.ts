import { Duration } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { CfnFunction, Code } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EnvironmentName, type FunctionName } from '../functions/environment.ts';
import type { BatchQueue } from './batch-queue.ts';
import type { CheckerNetwork } from './checker-network.ts';
import type { DataTables } from './data-tables.ts';
import type { EventBus } from './event-bus.ts';
import { LighthouseFunction, type LighthouseFunctionProps } from './lighthouse-function.ts';
import type { LighthouseSettings } from './settings-types.ts';

/** An asynchronous dispatch is dropped after this time: by then the tick has repaired the sweep. */
const DISPATCH_MAX_AGE_MINUTES = 5;

export interface LighthouseFunctionsProps
  extends Pick<LighthouseFunctionProps, 'encryptionKey' | 'metricsStack'> {
  readonly settings: LighthouseSettings;
  /** Where the checker runs; undefined for Lambda's own network. */
  readonly network: CheckerNetwork | undefined;
  /** Where each function's code comes from. */
  readonly codeOf: (name: FunctionName) => Code;
}

/** The three functions and what each may do. */
export class LighthouseFunctions extends Construct {
  readonly fanOut: LighthouseFunction;
  readonly checker: LighthouseFunction;
  readonly api: LighthouseFunction;
  readonly #settings: LighthouseSettings;

  constructor(scope: Construct, id: string, props: LighthouseFunctionsProps) {
    super(scope, id);
    const { settings, codeOf, network, encryptionKey, metricsStack } = props;
    this.#settings = settings;
    const shared = { ...settings, encryptionKey, metricsStack };
    this.fanOut = new LighthouseFunction(this, 'FanOut', {
      ...shared,
      ...settings.fanOut,
      name: 'fan-out',
      description: 'Starts sweeps, sends batches.',
      code: codeOf('fan-out'),
      network: undefined,
    });
    this.checker = new LighthouseFunction(this, 'Checker', {
      ...shared,
      ...settings.checker,
      name: 'checker',
      description: 'Probes the proxies of batches.',
      code: codeOf('checker'),
      network,
    });
    this.api = new LighthouseFunction(this, 'Api', {
      ...shared,
      ...settings.api,
      name: 'api',
      description: 'Answers the HTTP API.',
      code: codeOf('api'),
      network: undefined,
    });
    this.fanOut.configureAsyncInvoke({
      retryAttempts: 2,
      maxEventAge: Duration.minutes(DISPATCH_MAX_AGE_MINUTES),
    });
    for (const fn of [this.fanOut, this.checker, this.api]) this.#setLimits(fn);
    // A deploy updates the readers of messages and requests before those that send them.
    updateAfter(this.fanOut, this.checker);
    updateAfter(this.api, this.fanOut);
  }

  /** Wires the functions to the tables, the queue, the event bus and each other. */
  connect(tables: DataTables, batches: BatchQueue, events: EventBus): void {
    tables.grantAccess(this.fanOut, 'fan-out');
    tables.grantAccess(this.checker, 'checker');
    tables.grantAccess(this.api, 'api');
    batches.grantSend(this.fanOut);
    batches.grantRedrive(this.api);
    batches.grantReceive(this.checker, this.#settings.checker);
    this.#grantDispatch(this.api);
    // Each of them may close a sweep; the api closes that of an empty pool.
    for (const fn of [this.fanOut, this.checker, this.api]) events.grantPublish(fn);
  }

  /** Lets `fn` ask the fan-out to dispatch a sweep. */
  #grantDispatch(fn: LighthouseFunction): void {
    fn.addEnvironment(EnvironmentName.fanOutFunction, this.fanOut.functionName);
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [this.fanOut.functionArn],
      }),
    );
  }

  /** Passes the limits from which deadlines and the largest allowed options are computed. */
  #setLimits(fn: LighthouseFunction): void {
    const { checker, queue } = this.#settings;
    const limits: readonly (readonly [EnvironmentName, number])[] = [
      [EnvironmentName.checkerTimeoutSeconds, checker.timeoutSeconds],
      [EnvironmentName.visibilityTimeoutSeconds, queue.visibilityTimeoutSeconds],
      [EnvironmentName.checkerConcurrency, checker.maxConcurrency],
      [EnvironmentName.maxInFlight, checker.maxInFlight],
      [EnvironmentName.maxInFlightPerHost, checker.maxInFlightPerHost],
    ];
    for (const [name, value] of limits) fn.addEnvironment(name, String(value));
  }
}

/** Makes CloudFormation update a function only once another one is updated. */
function updateAfter(later: LighthouseFunction, earlier: LighthouseFunction): void {
  const [resource, first] = [later, earlier].map(({ node }) => node.defaultChild as CfnFunction);
  if (first) resource?.addResourceDependency(first);
}

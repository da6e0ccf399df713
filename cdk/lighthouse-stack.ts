import { CfnOutput, Fn, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Lighthouse } from './lighthouse.ts';
import type { LighthouseProps } from './lighthouse-props.ts';
import { parseSettings } from './settings.ts';
import type { LighthouseSettingsInput } from './settings-schema.ts';

export interface LighthouseStackProps
  extends StackProps,
    Pick<LighthouseProps, 'codeOf' | 'network'> {
  /** Sizes and limits, checked against each other. @default those of `LighthouseSettings` */
  readonly settings?: LighthouseSettingsInput | string;
}

/** A stack with one `Lighthouse` and the outputs that the command line reads. */
export class LighthouseStack extends Stack {
  readonly lighthouse: Lighthouse;

  constructor(scope: Construct, id: string, props: LighthouseStackProps = {}) {
    const { settings: input, codeOf, network, ...stackProps } = props;
    const { stackName, ...settings } = parseSettings(input);
    super(scope, id, {
      description: 'Health checks for forward-proxy fleets.',
      ...(stackName !== null && { stackName }),
      ...stackProps,
    });
    // An id of `Default` is no part of logical ids: they are those of a stack without it.
    this.lighthouse = new Lighthouse(this, 'Default', {
      ...settings,
      ...(network !== undefined && { network }),
      ...(codeOf && { codeOf }),
    });
    const { api, tables, batchQueue, deadLetterQueue, bus } = this.lighthouse;
    this.#output('ApiUrl', api.apiEndpoint);
    this.#output('PoolsTableName', tables.pools.tableName);
    this.#output('ProxiesTableName', tables.proxies.tableName);
    this.#output('ResultsTableName', tables.results.tableName);
    this.#output('SweepsTableName', tables.sweeps.tableName);
    this.#output('BatchQueueUrl', batchQueue.queueUrl);
    this.#output('DeadLetterQueueUrl', deadLetterQueue.queueUrl);
    this.#output('EventBusName', bus.eventBusName);
    const { egressAddresses, dashboard } = this.lighthouse;
    if (dashboard) this.#output('DashboardName', dashboard.dashboardName);
    if (egressAddresses.length > 0) {
      this.#output('EgressAddresses', Fn.join(',', [...egressAddresses]));
    }
  }

  #output(id: string, value: string): void {
    new CfnOutput(this, id, { value });
  }
}

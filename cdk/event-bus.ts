import { Lazy, Names } from 'aws-cdk-lib';
import { EventBus as Bus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { EnvironmentName } from '../functions/environment.ts';

/** Names of event buses ("CreateEventBus"). */
const NAME_FORM = { maxLength: 256 };

/** The bus of `Proxy Status Changed` and `Sweep Finished`; rules of your own attach to it. */
export class EventBus extends Construct {
  readonly bus: Bus;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new Bus(this, 'Bus', {
      // CDK's own name leaves out the stack's, so that stacks of one app in one account would clash.
      eventBusName: Lazy.string({ produce: () => Names.uniqueResourceName(this.bus, NAME_FORM) }),
      description: 'Lighthouse: proxies whose status changed, sweeps that finished.',
    });
  }

  /** Lets `fn` put events on this bus. */
  grantPublish(fn: LambdaFunction): void {
    fn.addEnvironment(EnvironmentName.eventBusName, this.bus.eventBusName);
    fn.addToRolePolicy(
      new PolicyStatement({ actions: ['events:PutEvents'], resources: [this.bus.eventBusArn] }),
    );
  }
}

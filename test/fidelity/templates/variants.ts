import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Lighthouse } from '../../../cdk/index.ts';
import type { LighthouseSettingsInput } from '../../../cdk/settings-schema.ts';
import { synthesize } from '../../../src/local/synthesize.ts';

/** A stack as someone may deploy it. */
export interface Variant {
  readonly title: string;
  /** Writes its template somewhere into a directory of its own; returns the path. */
  readonly write: (directory: string) => Promise<string>;
}

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:alarms';

const KEY = 'arn:aws:kms:us-east-1:000000000000:key/00000000-0000-4000-8000-000000000000';
const SUBNETS = {
  kind: 'subnets' as const,
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0'],
  securityGroupIds: ['sg-0123456789abcdef0'],
};

/** The templates that the linters see; one line is all that another one takes. */
export const VARIANTS: readonly Variant[] = [
  { title: 'default', write: stackWith({}) },
  { title: 'guarded tables', write: stackWith({ deletionProtection: true }) },
  { title: 'no schedule', write: stackWith({ fanOut: { scheduleEnabled: false } }) },
  { title: 'notified alarms', write: stackWith({ alarms: { topicArn: TOPIC } }) },
  { title: 'fixed egress', write: stackWith({ network: { kind: 'fixedEgress' } }) },
  { title: 'subnets of its own', write: stackWith({ network: SUBNETS }) },
  { title: 'a key of its own', write: stackWith({ kmsKeyArn: KEY }) },
  { title: 'traced', write: stackWith({ tracing: true }) },
  { title: 'two in one stack', write: twoInOneStack },
];

/** The stack of the CDK app with settings, as `cdk deploy` would upload it. */
function stackWith(settings: LighthouseSettingsInput): Variant['write'] {
  return async (directory) => {
    const outDir = await synthesize({ outDir: directory, context: { lighthouse: settings } });
    return join(outDir, 'Lighthouse.template.json');
  };
}

/** Two constructs side by side in someone's stack. */
async function twoInOneStack(directory: string): Promise<string> {
  // As the CDK's command line adds it; by it cfn-lint knows what a person did not write.
  const context = { 'aws:cdk:enable-path-metadata': true };
  const app = new App({ analyticsReporting: false, outdir: directory, context });
  const stack = new Stack(app, 'Proxies');
  for (const id of ['One', 'Two']) new Lighthouse(stack, id);
  app.synth();
  return join(directory, 'Proxies.template.json');
}

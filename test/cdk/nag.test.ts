import { App, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';
import { expect, it } from 'vitest';
import { Lighthouse } from '../../cdk/lighthouse.ts';
import { LighthouseStack } from '../../cdk/lighthouse-stack.ts';
import type { LighthouseSettingsInput } from '../../cdk/settings-schema.ts';
import { EVERYTHING } from './template.ts';

const codeOf = () => Code.fromInline('// test');

/** Every finding that the constructs acknowledge, whatever the settings. */
const ACKNOWLEDGED = [
  'Functions/ApiRole AwsSolutions-IAM5[Resource::*] X-Ray has no resources for the segments that a function sends.',
  'Functions/CheckerRole AwsSolutions-IAM5[Resource::*] EC2 has no resources for what Lambda does to connect a function to a VPC.',
  'Functions/CheckerRole AwsSolutions-IAM5[Resource::*] X-Ray has no resources for the segments that a function sends.',
  'Functions/FanOutRole AwsSolutions-IAM5[Resource::*] X-Ray has no resources for the segments that a function sends.',
];

const VARIANTS: readonly (readonly [string, LighthouseSettingsInput])[] = [
  ['the defaults', {}],
  ['fixed egress', { network: { kind: 'fixedEgress', natGateways: 2 } }],
  ['every setting', EVERYTHING],
];

it.each(VARIANTS)('cdk-nag finds nothing wrong with the stack: %s', (_, settings) => {
  const app = new App();
  new LighthouseStack(app, 'Lighthouse', { settings, codeOf });
  expect(findingsOf(app)).toEqual([]);
});

it('cdk-nag finds nothing wrong with two constructs in one stack', () => {
  const app = new App();
  const stack = new Stack(app, 'Shop');
  new Lighthouse(stack, 'Rented', { codeOf, network: { kind: 'fixedEgress' } });
  new Lighthouse(stack, 'Owned', { codeOf });
  expect(findingsOf(app)).toEqual([]);
});

it('nothing is acknowledged with the defaults', () => {
  const app = new App();
  const { node } = new LighthouseStack(app, 'Lighthouse', { codeOf });
  expect(node.findAll().flatMap(acknowledgedBy)).toEqual([]);
});

it('each acknowledged finding is listed here', () => {
  const app = new App();
  const { lighthouse } = new LighthouseStack(app, 'Lighthouse', { settings: EVERYTHING, codeOf });
  const { node } = lighthouse;
  const acknowledged = node.findAll().flatMap((construct) =>
    acknowledgedBy(construct).map((finding) => {
      const path = construct.node.path.replace(`${node.path}/`, '');
      return `${path} ${finding}`;
    }),
  );
  expect(acknowledged.sort()).toEqual(ACKNOWLEDGED);
});

it('cdk-nag finds what is wrong with a careless stack', () => {
  const app = new App();
  const stack = new Stack(app, 'Careless');
  new Queue(stack, 'Queue');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  // What the constructs acknowledge.
  role.addToPolicy(new PolicyStatement({ actions: ['xray:PutTraceSegments'], resources: ['*'] }));
  expect(findingsOf(app)).toContain('AwsSolutions-SQS4');
  expect(findingsOf(app)).toContain('AwsSolutions-IAM5[Resource::*]');
});

function acknowledgedBy({ node }: IConstruct): readonly string[] {
  const own = node.metadata.filter(
    ({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY,
  );
  return own.flatMap(({ data }) =>
    Object.entries(data).map(([id, reason]) => `${id.replace('Annotation::', '')} ${reason}`),
  );
}

function findingsOf(app: App): string[] {
  const report = new AwsSolutionsChecks(app).validateScope(app);
  return report.violations.map(({ ruleName }) => ruleName);
}

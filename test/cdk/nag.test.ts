import { App, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { LighthouseStack } from '../../cdk/lighthouse-stack.ts';

it('cdk-nag finds nothing wrong with the stack', () => {
  const app = new App();
  new LighthouseStack(app, 'Lighthouse', { codeOf: () => Code.fromInline('// test') });
  expect(findingsOf(app)).toEqual([]);
});

it('cdk-nag finds what is wrong with a careless stack', () => {
  const app = new App();
  new Queue(new Stack(app, 'Careless'), 'Queue');
  expect(findingsOf(app)).toContain('AwsSolutions-SQS4');
});

function findingsOf(app: App): string[] {
  const report = new AwsSolutionsChecks(app).validateScope(app);
  return report.violations.map(({ ruleName }) => ruleName);
}

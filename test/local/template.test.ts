import { describe, expect, it } from 'vitest';
import { startLocalStack } from '../../src/local/local-stack.ts';
import type { Json } from '../../src/local/template/cloud-assembly.ts';
import { resolveIntrinsics } from '../../src/local/template/intrinsics.ts';
import { constructName } from '../../src/local/template/physical-names.ts';
import {
  FIXTURE_STACK,
  type FixtureResource,
  functionResource,
  writeFixtureAssembly,
} from './support/fixture-assembly.ts';
import { FIXTURE_RESOURCES, HANDLER } from './support/fixture-stack.ts';
import { descendantsOf } from './support/processes.ts';

const names = {
  refs: new Map([
    ['AWS::Region', 'us-east-1'],
    ['Queue', 'http://127.0.0.1:1/000000000000/q'],
  ]),
  attributes: new Map([['Queue.Arn', 'arn:aws:sqs:us-east-1:000000000000:q']]),
};

describe('an intrinsic function', () => {
  it.each<[string, Json, Json]>([
    ['Ref', { Ref: 'Queue' }, 'http://127.0.0.1:1/000000000000/q'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:aws:sqs:us-east-1:000000000000:q'],
    ['Fn::GetAtt (text)', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:aws:sqs:us-east-1:000000000000:q'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'AWS::Region' }]] }, 'a-us-east-1'],
    ['Fn::Select', { 'Fn::Select': ['1', ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Split': [':', { 'Fn::Join': [':', ['a', 'b']] }] }, ['a', 'b']],
    [
      'Fn::Sub',
      { 'Fn::Sub': `\${!x} \${AWS::Region} \${Queue.Arn}` },
      `\${x} us-east-1 arn:aws:sqs:us-east-1:000000000000:q`,
    ],
    ['Fn::Sub (variables)', { 'Fn::Sub': [`\${a}`, { a: { Ref: 'AWS::Region' } }] }, 'us-east-1'],
    ['AWS::NoValue', { a: { Ref: 'AWS::NoValue' }, b: [{ Ref: 'AWS::NoValue' }, 1] }, { b: [1] }],
    ['none', { a: [null, true, 1, 'x'] }, { a: [null, true, 1, 'x'] }],
  ])('%s becomes its value', (_, value, expected) => {
    expect(resolveIntrinsics(value, names)).toEqual(expected);
  });

  it.each<[string, Json, string]>([
    [
      'unknown',
      { 'Fn::ImportValue': 'x' },
      'the intrinsic function Fn::ImportValue is not supported',
    ],
    [
      'dangling',
      { Ref: 'Nobody' },
      'the template refers to Nobody, which has no local counterpart',
    ],
    ['malformed', { 'Fn::Join': ['-'] }, 'Fn::Join takes a list of two'],
  ])('is refused when it is %s', (_, value, sentence) => {
    expect(() => resolveIntrinsics(value, names)).toThrow(sentence);
  });
});

describe('a template', () => {
  const { Jobs, Every, Integration, Mapping } = FIXTURE_RESOURCES;
  const withProperties = (resource: FixtureResource | undefined, properties: object) => ({
    Type: resource?.Type ?? '',
    Properties: { ...(resource?.Properties as object), ...properties },
  });

  it.each<[string, Record<string, FixtureResource>, string]>([
    [
      'an unknown resource type',
      { Bucket: { Type: 'AWS::S3::Bucket' } },
      'Bucket is an AWS::S3::Bucket, which the local stack can neither run nor leave out',
    ],
    [
      'a condition',
      { Jobs: { Type: 'AWS::SQS::Queue', Condition: 'IsProduction' } },
      'Jobs exists only under the condition IsProduction',
    ],
    [
      'an unknown property',
      { Jobs: withProperties(Jobs, { FifoQueue: true, RedrivePolicy: undefined }) },
      'Jobs (AWS::SQS::Queue) cannot run locally: ✖ Unrecognized key: "FifoQueue"',
    ],
    [
      'an event filter',
      { Mapping: withProperties(Mapping, { FilterCriteria: { Filters: [] } }) },
      'Mapping (AWS::Lambda::EventSourceMapping) cannot run locally: ✖ Unrecognized key: "FilterCriteria"',
    ],
    [
      'another runtime',
      { Worker: functionResource('worker', { Runtime: 'python3.13' }) },
      'only nodejs24.x runs locally',
    ],
    [
      'a cron schedule',
      { Every: withProperties(Every, { ScheduleExpression: 'cron(0 * * * ? *)' }) },
      'Every runs at cron(0 * * * ? *); the local stack knows only rate(n minutes|hours|days)',
    ],
    [
      'an integration of another payload format',
      { Integration: withProperties(Integration, { PayloadFormatVersion: '1.0' }) },
      'Integration (AWS::ApiGatewayV2::Integration) cannot run locally',
    ],
    [
      'an asset that does not exist',
      { Worker: functionResource('nobody') },
      'the asset nobody.zip is not in Fixture.assets.json',
    ],
    [
      'messages that reappear too early',
      { Worker: functionResource('worker', { Timeout: 31 }) },
      "Mapping: the queue's visibility timeout of 1 s is less than the timeout of Fixture-Worker, 31 s",
    ],
  ])('is refused with %s and leaves nothing behind', async (_, replaced, sentence) => {
    await using assembly = await writeFixtureAssembly(
      { ...FIXTURE_RESOURCES, ...replaced },
      { worker: HANDLER },
    );
    const start = startLocalStack({
      outDir: assembly.directory,
      stackName: FIXTURE_STACK,
      stackFileDirectory: assembly.directory,
    });
    await expect(start).rejects.toThrow(sentence);
    if (process.platform === 'linux') expect(descendantsOf(process.pid)).toEqual([]);
  });

  it('is refused when it was never synthesized', async () => {
    await expect(startLocalStack({ outDir: '/nowhere' })).rejects.toThrow(
      '/nowhere/Lighthouse.template.json cannot be read as a synthesized stack',
    );
  });
});

describe('a construct', () => {
  it.each([
    ['Lighthouse/Storage/PoolsTable/Resource', 'pools'],
    ['Lighthouse/Checker/Function/Resource', 'function'],
    ['Lighthouse/FanOutFunction/Resource', 'fanOut'],
    ['Lighthouse/Results/Default', 'results'],
    ['', 'logicalId'],
  ])('%s is called %s', (constructPath, name) => {
    expect(constructName({ logicalId: 'LogicalId', constructPath })).toBe(name);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiAddress, WireRequest } from '../../../../src/cli/stack/client/api-access.ts';
import { findApi } from '../../../../src/cli/stack/client/find-stack.ts';
import type { AwsSession } from '../../../../src/cli/stack/cloud/aws-session.ts';
import { explainRefusal } from '../../../../src/cli/stack/cloud/explain-refusal.ts';
import { FakeClock, TEST_TIME } from '../../../support/fakes/fake-clock.ts';
import { type AwsEnvironment, createAwsEnvironment } from '../../support/cloud/aws-environment.ts';
import {
  ACCOUNT,
  type CloudFormationStub,
  REGION,
  startCloudFormation,
} from '../../support/cloud/cloud-formation.ts';
import { KEYS } from '../../support/cloud/verified-server.ts';

// The first test loads the SDK.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let cloudFormation: CloudFormationStub;
let aws: AwsEnvironment;

beforeAll(async () => {
  cloudFormation = await startCloudFormation();
  aws = await createAwsEnvironment(cloudFormation.url, { config: '', credentials: '' });
  cloudFormation.stacks.set('Good', { outputs: { ApiUrl: 'http://127.0.0.1:9' } });
});
beforeEach(() => {
  aws.reset();
  aws.useKeys(KEYS);
});
afterAll(async () => {
  for (const each of [aws, cloudFormation]) await each?.[Symbol.asyncDispose]();
});

describe('a 403 of API Gateway', () => {
  const request: WireRequest = {
    ...{ method: 'PATCH', host: 'h', query: {}, headers: {}, body: '{}' },
    path: '/pools/shop/leases/canary-lease',
  };
  const explain = ({ access }: ApiAddress, path: string, body = '{"message":"Forbidden"}') =>
    access?.explain?.({ status: 403, headers: {}, body }, { ...request, path })?.message;

  it.each([
    [
      'https://a1b2.execute-api.eu-north-1.amazonaws.com',
      '',
      'arn:aws:execute-api:eu-north-1:*:a1b2/$default',
    ],
    [
      'https://a1b2.execute-api.cn-north-1.amazonaws.com.cn/prod/',
      '/prod',
      'arn:aws-cn:execute-api:cn-north-1:*:a1b2/prod',
    ],
    ['https://api.example/v1', '/v1', 'arn:aws:execute-api:us-gov-east-1:*:*/*'],
  ])('names the permission that %s asks for, without the id of a lease', async (api, base, arn) => {
    const isOwn = api.includes('example');
    const address = await findApi({ api, ...(isOwn && { region: 'us-gov-east-1' }) });
    const partition = isOwn ? arn.replace('arn:aws:', 'arn:aws-us-gov:') : arn;
    const words = 'no execute-api:Invoke on x/pools/shop/leases/canary-lease because\nmore';
    const said = explain(address, `${base}${request.path}`, JSON.stringify({ Message: words }));
    expect(said).toContain(`Invoke on ${partition}/PATCH/pools/shop/leases/*; grant it`);
    expect(said).toContain('("no execute-api:Invoke on x/pools/shop/leases/* because")');
    expect(said).not.toContain('canary');
  });

  it('knows the account of a stack that CloudFormation described', async () => {
    const address = await findApi({ stack: 'Good', region: REGION });
    expect(explain(address, '/pools')).toContain(`eu-north-1:${ACCOUNT}:*/*/PATCH/pools;`);
  });

  const session = { named: 'the keys', renewal: 'get new ones' } as AwsSession;
  const api = {
    partition: 'aws',
    region: REGION,
    account: '*',
    apiId: 'a',
    stage: 's',
    basePath: '',
  };
  const told = (headers: Record<string, string>, body: string, status = 403) =>
    explainRefusal({ status, headers, body }, request, { session, api, clock: new FakeClock() });
  const at = (ms: number) => ({ date: new Date(TEST_TIME + ms).toUTCString() });

  it('is blamed on the clock when the clock is off', () => {
    expect(told(at(1_020_000), '{"message":"Forbidden"}')).toMatchObject({
      code: 'clock_skew',
      message: expect.stringContaining('clock is 17 minutes behind that of AWS; set the clock'),
    });
    const late = '{"message":"Signature expired: 20260115T115900Z is now earlier than …"}';
    expect(told(at(-90_000), late)?.message).toContain('90 s ahead of that of AWS');
    expect(told(at(240_000), '{"message":"Forbidden"}')?.code).toBe('access_denied');
  });

  it.each([
    ['ExpiredTokenException', 'expired_credentials', 'the keys have expired; get new ones'],
    [
      'UnrecognizedClientException:http://…',
      'invalid_credentials',
      'AWS does not know the keys; get',
    ],
    ['InvalidSignatureException', 'invalid_credentials', 'AWS calculates another signature from'],
  ])('that is %s says what to do', (type, code, sentence) => {
    const answer = told({ 'x-amzn-errortype': type }, '{"message":"canary"}');
    expect(answer).toMatchObject({ code, message: expect.stringContaining(sentence) });
    expect(answer?.message).not.toContain('canary');
  });

  it('is told from other answers, and needs no body', () => {
    expect(told({}, '{"message":"no"}', 404)).toBeNull();
    expect(told({}, '<html>')?.message).toMatch(/^AWS refuses the keys: they need execute-api:/);
  });
});

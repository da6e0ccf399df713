import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiClient } from '../../../../src/cli/stack/client/api-client.ts';
import { findApi } from '../../../../src/cli/stack/client/find-stack.ts';
import { type GatewayStub, startGateway } from '../../support/cloud/api-gateway.ts';
import { type AwsEnvironment, createAwsEnvironment } from '../../support/cloud/aws-environment.ts';
import {
  type CloudFormationStub,
  REGION,
  stackIdOf,
  startCloudFormation,
} from '../../support/cloud/cloud-formation.ts';
import { KEYS, STANDING_KEYS } from '../../support/cloud/verified-server.ts';
import { runHere } from '../../support/run-here.ts';

// The first command loads the SDK.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const CONFIG = `
[default]
region = us-west-2
[profile session]
region = ${REGION}
[profile user]
region = ${REGION}
`;
const CREDENTIALS = `
[session]
aws_access_key_id = ${KEYS.accessKeyId}
aws_secret_access_key = ${KEYS.secretAccessKey}
aws_session_token = ${KEYS.sessionToken}
[user]
aws_access_key_id = ${STANDING_KEYS.accessKeyId}
aws_secret_access_key = ${STANDING_KEYS.secretAccessKey}
`;

let cloudFormation: CloudFormationStub;
let gateway: GatewayStub;
let aws: AwsEnvironment;

beforeAll(async () => {
  [cloudFormation, gateway] = await Promise.all([
    startCloudFormation(),
    startGateway({ allowPrivateAddresses: true }),
  ]);
  aws = await createAwsEnvironment(cloudFormation.url, {
    config: CONFIG,
    credentials: CREDENTIALS,
  });
  cloudFormation.stacks.set('Lighthouse', { outputs: { ApiUrl: `${gateway.url}/`, Other: 'x' } });
});
beforeEach(() => {
  aws.reset();
  aws.useKeys(KEYS);
});
afterEach(() => {
  for (const list of [cloudFormation, gateway].flatMap((s) => [s.accepted, s.refused])) {
    list.length = 0;
  }
});
afterAll(async () => {
  for (const each of [aws, gateway, cloudFormation]) await each?.[Symbol.asyncDispose]();
});

const TO_STACK = ['--stack', 'Lighthouse', '--region', REGION];

async function run(args: readonly string[], flags = TO_STACK, input = '') {
  const outcome = await runHere([...args, ...flags], { cwd: aws.directory, input });
  expect(outcome.stdout + outcome.stderr).not.toMatch(/canary-(secret|token)/);
  return outcome;
}

/** Runs a command that must succeed, and returns what it says in JSON. */
async function json(...args: string[]) {
  const { exitCode, stdout, stderr } = await run([...args, '--json']);
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('a deployed stack, with every signature verified by another implementation', () => {
  it('takes every command that talks to a stack', async () => {
    expect(await json('pool', 'put', 'shop')).toMatchObject({ pool: 'shop' });
    expect(await json('pool', 'list')).toMatchObject({ pools: [{ pool: 'shop' }] });
    const list = '10.0.0.1:80\n10.0.0.2:80:ann:pässwörd\nnonsense\n';
    const imported = await run(['import', 'shop', '-', '--json'], TO_STACK, list);
    expect(JSON.parse(imported.stdout)).toMatchObject({ added: 2, rejected: 1, repeated: 0 });
    const { stdout } = await run(['proxies', 'shop', '--json']);
    const [id = ''] = stdout.split('\n').map((line) => JSON.parse(line || '{}').proxyId);
    expect(await json('proxies', 'ban', 'shop', id)).toMatchObject({ status: 'banned' });
    expect(await json('proxies', 'unban', 'shop', id)).toMatchObject({ status: 'unknown' });
    expect(await json('proxies', 'limit', 'shop', id, '7')).toMatchObject({ maxConcurrency: 7 });
    const { sweepId } = await json('sweep', 'shop');
    expect((await json('results', sweepId)).results).toEqual([]);
    const acquire = ['lease', 'acquire', 'shop', '--allow-unknown', '--idempotency-key', 'a  b'];
    const { leaseId } = await json(...acquire);
    expect(await json('lease', 'renew', 'shop', leaseId)).toMatchObject({ pool: 'shop' });
    expect((await run(['lease', 'release', 'shop', leaseId, '--outcome', 'ok'])).exitCode).toBe(0);
    const command = ['--', process.execPath, '-e', '0'];
    const ran = await run(['lease', 'run', 'shop', '--allow-unknown', ...TO_STACK], command);
    expect(ran, ran.stderr).toMatchObject({ exitCode: 0 });
    expect(await json('proxies', 'delete', 'shop', id)).toMatchObject({ deleted: true });
    expect(await json('redrive')).toEqual({ moved: 3, more: false });
    expect(await json('pool', 'delete', 'shop', '--yes')).toMatchObject({ pool: 'shop' });
    expect([...gateway.refused, ...cloudFormation.refused]).toEqual([]);
    expect(gateway.accepted.length).toBeGreaterThan(18);
  });

  it('gets the very path and query that were signed', async () => {
    const signal = new AbortController().signal;
    const flags = { stack: 'Lighthouse', region: REGION };
    await using client = new ApiClient(await findApi(flags), signal);
    const odd = "a b+c%2Fd!'()*~ü/:@&=,;$";
    const path = `/pools/${encodeURIComponent(odd)}`;
    const request = { method: 'GET', path, query: { [odd]: odd, cursor: odd } } as const;
    await expect(client.send(request)).rejects.toMatchObject({ status: 400 });
    expect(gateway.refused).toEqual([]);
    const [, query = ''] = gateway.accepted[0]?.split('?') ?? [];
    expect(gateway.accepted[0]).toBe(`GET ${path}?${query}`);
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({ [odd]: odd, cursor: odd });
    expect(query).not.toMatch(/[+!'()*]/);
  });

  it('refuses a request that is changed on the way', async () => {
    const { access } = await findApi({ api: gateway.url, region: REGION });
    const host = new URL(gateway.url).host;
    const request = { method: 'POST', host, path: '/sweeps', query: {}, headers: {} } as const;
    const headers = (await access?.authorize({ ...request, body: '{"pool":"gone"}' })) ?? {};
    const send = (path: string, body: string) =>
      fetch(`${gateway.url}${path}`, { method: 'POST', headers: { ...headers }, body });
    expect((await send('/sweeps', '{"pool":"gone"}')).status).toBe(404);
    expect((await send('/sweeps', '{"pool":"other"}')).status).toBe(403);
    expect((await send('/redrive', '{"pool":"gone"}')).status).toBe(403);
    expect((await send('/sweeps?a=1', '{"pool":"gone"}')).status).toBe(403);
  });

  it('is signed for by a profile, which goes before keys in the environment', async () => {
    aws.useKeys({ accessKeyId: 'AKIAOTHER', secretAccessKey: 'canary-secret-of-nobody' });
    for (const profile of ['session', 'user']) {
      const flags = ['--stack', 'Lighthouse', '--profile', profile];
      expect(await run(['pool', 'list'], flags)).toMatchObject({ exitCode: 0, stderr: '' });
      vi.stubEnv('AWS_PROFILE', profile);
      const named = await run(['pool', 'list'], ['--stack', stackIdOf('Lighthouse')]);
      expect(named).toMatchObject({ exitCode: 0, stderr: '' });
      vi.stubEnv('AWS_PROFILE', undefined);
    }
    expect(gateway.accepted).toHaveLength(4);
  });

  it('is named by LIGHTHOUSE_STACK, which --api and --stack override', async () => {
    vi.stubEnv('LIGHTHOUSE_STACK', 'Lighthouse');
    vi.stubEnv('AWS_REGION', REGION);
    expect((await run(['pool', 'list'], [])).exitCode).toBe(0);
    expect((await run(['pool', 'list'], ['--stack', 'Other'])).stderr).toContain('"Other"');
    expect(cloudFormation.accepted).toHaveLength(2);
    const byUrl = await run(['pool', 'list'], ['--api', gateway.url, '--region', REGION]);
    expect(byUrl.exitCode).toBe(0);
    expect(cloudFormation.accepted).toHaveLength(2);
    vi.stubEnv('LIGHTHOUSE_STACK', '');
    expect((await run(['pool', 'list'], [])).stderr).toContain('no stack is running in this');
  });

  it('finds the API of a construct in a stack of somebody’s', async () => {
    const { url } = gateway;
    cloudFormation.stacks.set('Nested', {
      outputs: { ProxiesApiUrl8A3F21BC: url, X: 'https://x' },
    });
    const two = { AApiUrl: 'https://127.0.0.1:9', BApiUrl: url };
    cloudFormation.stacks.set('Twice', { outputs: two });
    const flags = (stack: string) => ['--stack', stack, '--region', REGION];
    expect((await run(['pool', 'list'], flags('Nested'))).exitCode).toBe(0);
    const { stderr, exitCode } = await run(['pool', 'list'], flags('Twice'));
    expect(stderr).toBe(
      'error: stack "Twice" has 2 outputs that could be the address of the API (AApiUrl, BApiUrl);' +
        ' name one with --api-output NAME\n',
    );
    expect(exitCode).toBe(2);
    const named = [...flags('Twice'), '--api-output', 'BApiUrl'];
    expect((await run(['pool', 'list'], named)).exitCode).toBe(0);
  });
});

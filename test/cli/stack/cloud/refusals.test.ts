import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAwsSession } from '../../../../src/cli/stack/cloud/aws-session.ts';
import { describeStack } from '../../../../src/cli/stack/cloud/stack-outputs.ts';
import { findDeadPort } from '../../../../src/local/fleet/index.ts';
import { type GatewayStub, startGateway } from '../../support/cloud/api-gateway.ts';
import { type AwsEnvironment, createAwsEnvironment } from '../../support/cloud/aws-environment.ts';
import {
  type CloudFormationStub,
  REGION,
  startCloudFormation,
} from '../../support/cloud/cloud-formation.ts';
import { KEYS, STANDING_KEYS } from '../../support/cloud/verified-server.ts';
import { runHere } from '../../support/run-here.ts';

// The first command loads the SDK.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const FILES = {
  config: `[profile broken]\nregion = ${REGION}\ncredential_process = false\n[sso-session corp]\nsso_region = x\n`,
  credentials: `[ops]\naws_access_key_id = ${KEYS.accessKeyId}\naws_secret_access_key = canary-secret-wrong\n`,
};

let cloudFormation: CloudFormationStub;
let gateway: GatewayStub;
let aws: AwsEnvironment;

beforeAll(async () => {
  [cloudFormation, gateway] = await Promise.all([startCloudFormation(), startGateway()]);
  aws = await createAwsEnvironment(cloudFormation.url, FILES);
  const { stacks } = cloudFormation;
  stacks.set('Good', { outputs: { ApiUrl: gateway.url } });
  stacks.set('Plain', { outputs: { ApiUrl: 'http://api.example/' } });
  stacks.set('NoUrl', { outputs: { ApiUrl: 'none' } });
  stacks.set('Young', { outputs: {}, status: 'CREATE_IN_PROGRESS' });
});
beforeEach(() => {
  cloudFormation.error = null;
  aws.reset();
  aws.useKeys(KEYS);
});
afterAll(async () => {
  for (const each of [aws, gateway, cloudFormation]) await each?.[Symbol.asyncDispose]();
});

/** What a command that must fail says; it leaks nothing. */
async function refusal(...flags: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runHere(['pool', 'list', ...flags], {
    cwd: aws.directory,
  });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(stderr).not.toMatch(/canary-(secret|token)/);
  expect(stderr).toMatch(/^error: [^\n]+\n$/);
  return stderr;
}

const AT = ['--region', REGION];

/** A server that takes connections and says nothing. */
async function serveNothing() {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('a stack that cannot be used', () => {
  it.each([
    ['does not exist', ['--stack', 'Gone', ...AT], `no stack "Gone" in ${REGION} that the cred`],
    ['has no outputs yet', ['--stack', 'Young', ...AT], '(CREATE_IN_PROGRESS) has no output whose'],
    ['has no such output', ['--stack', 'Good', ...AT, '--api-output', 'X'], 'it has ApiUrl; name'],
    ['has an output that is no URL', ['--stack', 'NoUrl', ...AT], 'output ApiUrl of stack "NoUrl"'],
    ['is not encrypted', ['--stack', 'Plain', ...AT], 'give its address as https://api.example'],
    ['has no name', ['--stack', ''], '--stack is empty; is a variable not set?'],
    ['has a name that cannot be one', ['--stack', '../x', ...AT], '"../x" is not the name of a'],
    ['has no region', ['--stack', 'Good'], 'no AWS region is set; give --region NAME, or set AWS_'],
    [
      'has a region that is none',
      ['--stack', 'Good', '--region', 'a.b/c'],
      '"a.b/c" is not an AWS',
    ],
    [
      'has an ARN without a region',
      ['--stack', 'arn:aws:cloudformation:x.y/:1:stack/a/b'],
      '"x.y/" is not an AWS region',
    ],
    [
      'is named twice',
      ['--stack', 'Good', '--api', 'https://x'],
      '--api and --stack both say where',
    ],
    ['is not named but has a region', AT, '--region is for a deployed stack; name the stack with'],
    ['is not named but has a profile', ['--profile', 'ops'], '--profile is for a deployed stack'],
  ])('%s', async (_, flags, sentence) => {
    expect(await refusal(...flags)).toContain(sentence);
  });

  it('has no events that the command line can show', async () => {
    const ask = (...flags: string[]) => runHere(['events', ...flags], { cwd: aws.directory });
    const named = await ask('--stack', 'Good');
    expect(named.stderr).toContain('those of "Good" are on its EventBridge bus (docs/events.md)');
    vi.stubEnv('LIGHTHOUSE_STACK', 'Good');
    expect(await ask()).toMatchObject({ exitCode: 2, stderr: named.stderr });
  });
});

describe('credentials that cannot be used', () => {
  it('are missed', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    expect(await refusal('--stack', 'Good', ...AT)).toMatch(
      /^error: there are no AWS credentials \(.*\); give --profile NAME, or set AWS_PROFILE, or /,
    );
  });

  it('are those of a profile that does not exist, or does not work', async () => {
    const unknown = await refusal('--stack', 'Good', ...AT, '--profile', 'opps');
    expect(unknown).toContain('there is no AWS profile "opps" in');
    expect(unknown).toMatch(/; there is (?:broken, ops|ops, broken)\n$/);
    expect(await refusal('--stack', 'Good', '--profile', 'broken')).toMatch(
      /the credentials of profile "broken" cannot be used \(.*\); sign in again with aws sso login/,
    );
  });

  it.each([
    [
      'AccessDenied',
      /may not look the stack up: they need cloudformation:DescribeStacks on arn:aws:cloudformation:eu-north-1:\*:stack\/Good\/\*; grant it/,
    ],
    ['ExpiredToken', /^error: the credentials in the environment have expired; give --profile/],
    ['InvalidClientTokenId', /AWS does not know the credentials in the environment; give/],
    ['Weird', /CloudFormation in eu-north-1 answers Weird: said so/],
  ])('CloudFormation answers %s', async (code, sentence) => {
    cloudFormation.error = [403, code, 'said so'];
    expect(await refusal('--stack', 'Good', ...AT)).toMatch(sentence);
  });

  it('have the wrong secret', async () => {
    expect(await refusal('--stack', 'Good', ...AT, '--profile', 'ops')).toContain(
      'AWS calculates another signature from the credentials of profile "ops"',
    );
    expect(cloudFormation.refused.at(-1)).toBe('the signature does not match');
    expect(await refusal('--api', gateway.url, ...AT, '--profile', 'ops')).toContain(
      'AWS refuses the credentials of profile "ops" ("Forbidden"): they need execute-api:Invoke on' +
        ' arn:aws:execute-api:eu-north-1:*:*/*/GET/pools; grant it',
    );
    expect(gateway.refused.at(-1)).toBe('the signature does not match');
  });

  it('are for another region than that of the API', async () => {
    const elsewhere = await refusal('--api', gateway.url, '--region', 'eu-west-1');
    expect(elsewhere).toContain('arn:aws:execute-api:eu-west-1:*:*/*/GET/pools');
  });

  it('meet an AWS that cannot be reached', async () => {
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', `http://127.0.0.1:${await findDeadPort()}`);
    vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
    expect(await refusal('--stack', 'Good', ...AT)).toContain(
      'CloudFormation in eu-north-1 cannot be reached (ECONNREFUSED); check --region',
    );
  });

  it('meet an AWS that does not answer, and give up when told to', async () => {
    await using silent = await serveNothing();
    vi.stubEnv('AWS_ENDPOINT_URL_CLOUDFORMATION', silent.url);
    const session = await openAwsSession({});
    const query = { stackName: 'Good', region: REGION, session };
    await expect(describeStack({ ...query, deadlineMs: 100 })).rejects.toThrow(
      'CloudFormation in eu-north-1 cannot be reached (no answer within 0.1 s); check',
    );
    const stop = new AbortController();
    const stopped = describeStack({ ...query, signal: stop.signal });
    await expect.poll(silent.connections).toBeGreaterThan(1);
    stop.abort(new Error('stopped by SIGINT'));
    await expect(stopped).rejects.toThrow('stopped by SIGINT');
  });

  it('meet an API that does not answer', async () => {
    const api = `http://127.0.0.1:${await findDeadPort()}`;
    expect(await refusal('--api', api, ...AT)).toContain(
      `no stack answers at ${api} (GET /pools); is it still deployed, and can this machine`,
    );
  });
});

it('keys without a session are signed with as well', async () => {
  aws.useKeys(STANDING_KEYS);
  const { exitCode } = await runHere(['pool', 'list', '--api', gateway.url, ...AT]);
  expect(exitCode).toBe(0);
});

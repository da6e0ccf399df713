import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import type { LocalStack } from '../../src/local/local-stack.ts';
import type { FixtureResource } from './support/fixture-assembly.ts';
import { FIXTURE_RESOURCES, startFixtureStack } from './support/fixture-stack.ts';
import { descendantsOf, isAlive } from './support/processes.ts';

type Running = Pick<
  LocalStack,
  'apiUrl' | 'endpoints' | 'credentials' | 'queueUrls' | 'tableNames'
> & {
  readonly process: ChildProcess;
  readonly pid: number;
};

const directories: string[] = [];
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const each of children.splice(0)) each.kill('SIGKILL');
  for (const each of directories.splice(0)) await rm(each, { recursive: true, force: true });
});

describe.skipIf(process.platform !== 'linux')('the processes of a stack', () => {
  it('are gone, like its ports, soon after its own process is killed', async () => {
    const running = await runFixtureStack();
    expect((await fetch(`${running.apiUrl}/items`)).status).toBe(200);
    const pids = descendantsOf(running.pid);
    expect(pids).toHaveLength(3);
    running.process.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    const { apiUrl, endpoints } = running;
    for (const url of [apiUrl, ...Object.values(endpoints)]) {
      expect([url, await listens(url)]).toEqual([url, false]);
    }
  });

  it('are gone even if its own process is killed during an invocation', async () => {
    const running = await runFixtureStack();
    const body = JSON.stringify({ do: 'hang' });
    const cutOff = fetch(`${running.apiUrl}/items/1`, { method: 'PUT', body }).catch(
      () => 'cut off',
    );
    await expect.poll(() => descendantsOf(running.pid).length, { timeout: 10_000 }).toBe(3);
    const pids = descendantsOf(running.pid);
    running.process.kill('SIGKILL');
    await expect.poll(() => pids.filter(isAlive), { timeout: 10_000 }).toEqual([]);
    expect(await cutOff).toBe('cut off');
  });

  it('survive Ctrl-C in their group until the stack ends them', async () => {
    const running = await runFixtureStack();
    await fetch(`${running.apiUrl}/items`);
    const pids = descendantsOf(running.pid);
    for (const pid of pids) process.kill(pid, 'SIGINT');
    expect((await fetch(`${running.apiUrl}/items`)).status).toBe(200);
    expect(pids.filter(isAlive)).toEqual(pids);
    running.process.kill('SIGTERM');
    await once(running.process, 'exit');
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('end the stack, with the reason, when a service ends unexpectedly', async () => {
    const fixture = await startFixtureStack();
    const before = descendantsOf(process.pid);
    const [service] = before;
    process.kill(service ?? 0, 'SIGKILL');
    const error = await fixture.stack.closed;
    expect(error?.message).toMatch(
      /^the service (dynamodb|sqs)-service ended unexpectedly \(SIGKILL\)/,
    );
    expect(before.filter(isAlive)).toEqual([]);
    await fixture[Symbol.asyncDispose]();
  });
});

describe('a data directory', { timeout: 90_000 }, () => {
  it('keeps items and messages when a stack is killed', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'lighthouse-data-'));
    directories.push(dataDir);
    const first = await runFixtureStack(dataDir);
    await writeItemAndMessage(first, 'kept');
    first.process.kill('SIGKILL');
    await once(first.process, 'exit');
    const second = await runFixtureStack(dataDir);
    expect(await readItemAndMessage(second)).toEqual(['kept', 'kept']);
    second.process.kill('SIGTERM');
    await once(second.process, 'exit');
    const third = await runFixtureStack(dataDir);
    expect((await readItemAndMessage(third))[0]).toBe('kept');
    third.process.kill('SIGTERM');
    await once(third.process, 'exit');
  });

  it('is refused to a version whose tables have other names, rather than read as empty', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'lighthouse-data-'));
    directories.push(dataDir);
    const { ItemsTable } = FIXTURE_RESOURCES;
    const tables = (...names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, ItemsTable as FixtureResource]));
    const first = await startFixtureStack({ dataDir }, tables('ItemsTable'));
    await first[Symbol.asyncDispose]();
    await expect(startFixtureStack({ dataDir }, tables('OtherTable'))).rejects.toThrow(
      'the data directory holds the tables Fixture-ItemsTable of another version, ' +
        'and this one has Fixture-OtherTable; use another directory, or that version',
    );
    const again = await startFixtureStack({ dataDir }, tables('ItemsTable'));
    await again[Symbol.asyncDispose]();
  });

  it('is refused to a second stack while the first one uses it', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'lighthouse-data-'));
    directories.push(dataDir);
    const first = await startFixtureStack({ dataDir });
    await expect(startFixtureStack({ dataDir })).rejects.toThrow(
      `the directory ${dataDir} is in use by another stack`,
    );
    await first[Symbol.asyncDispose]();
    const second = await startFixtureStack({ dataDir });
    await second[Symbol.asyncDispose]();
  });
});

async function runFixtureStack(...args: string[]): Promise<Running> {
  const module = new URL('./support/run-fixture-stack.ts', import.meta.url);
  const child = fork(module, args, {
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  children.push(child);
  const [message] = await once(child, 'message');
  directories.push(message.directory);
  return { ...message, process: child, pid: child.pid ?? 0 };
}

async function writeItemAndMessage(running: Running, text: string): Promise<void> {
  const { endpoints, credentials, tableNames, queueUrls } = running;
  const common = { region: 'us-east-1', credentials };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb });
  const sqs = new SQSClient({ ...common, endpoint: endpoints.sqs });
  const Item = { id: { S: 'a' }, text: { S: text } };
  await dynamodb.send(new PutItemCommand({ TableName: tableNames.items, Item }));
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrls.jobsDlq, MessageBody: text }));
  dynamodb.destroy();
  sqs.destroy();
}

async function readItemAndMessage({ endpoints, credentials, tableNames, queueUrls }: Running) {
  const common = { region: 'us-east-1', credentials };
  const dynamodb = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb });
  const sqs = new SQSClient({ ...common, endpoint: endpoints.sqs });
  const { Item } = await dynamodb.send(
    new GetItemCommand({ TableName: tableNames.items, Key: { id: { S: 'a' } } }),
  );
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrls.jobsDlq }));
  dynamodb.destroy();
  sqs.destroy();
  return [Item?.text?.S, Messages?.[0]?.Body];
}

function listens(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

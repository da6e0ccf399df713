import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readStackFile, STACK_FILE } from '../../src/local/stack-file.ts';
import {
  FIXTURE_RESOURCES,
  type FixtureStack,
  startFixtureStack,
} from './support/fixture-stack.ts';

const NOBODY = 65_534;
const RESOURCES = {
  ...FIXTURE_RESOURCES,
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'bus' } },
};

let directory: string;
let dataDir: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lighthouse-private-'));
  dataDir = join(directory, 'data');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs a stack that keeps tables, messages and events in the data directory. */
async function startKeeping(): Promise<FixtureStack> {
  const fixture = await startFixtureStack({ dataDir, stackFileDirectory: directory }, RESOURCES);
  const { endpoints, credentials } = fixture.stack;
  const bus = new EventBridgeClient({
    ...{ region: 'us-east-1', credentials: { ...credentials }, endpoint: endpoints.eventbridge },
  });
  const entry = { EventBusName: 'bus', Source: 's', DetailType: 't', Detail: '{}' };
  await bus.send(new PutEventsCommand({ Entries: [entry] }));
  bus.destroy();
  return fixture;
}

/** What is below a directory, itself included, that others than its owner may use in any way. */
async function openToOthers(path: string): Promise<string[]> {
  const names = ['.', ...(await readdir(path, { recursive: true }))];
  const modes = await Promise.all(
    names.map(async (name) => [name, (await stat(join(path, name))).mode & 0o077] as const),
  );
  return modes.filter(([, mode]) => mode !== 0).map(([name]) => name);
}

describe.skipIf(process.platform === 'win32')('the files of a data directory', () => {
  it('are the owner’s alone in a new directory', async () => {
    await using _ = await startKeeping();
    expect((await readdir(dataDir)).sort()).toEqual(['dynamodb', 'events.ndjson', 'sqs']);
    expect(await openToOthers(dataDir)).toEqual([]);
  });

  it('are the owner’s alone in a directory that was there before, with files in it', async () => {
    await (await startKeeping())[Symbol.asyncDispose]();
    for (const name of ['.', ...(await readdir(dataDir, { recursive: true }))]) {
      const path = join(dataDir, name);
      await chmod(path, (await stat(path)).isDirectory() ? 0o777 : 0o666);
    }
    await using _ = await startKeeping();
    expect(await openToOthers(dataDir)).toEqual([]);
  });

  it('leave a directory with other files as it is, and are still the owner’s alone', async () => {
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'notes.txt'), 'mine');
    for (const name of ['.', 'notes.txt']) await chmod(join(dataDir, name), 0o755);
    await using _ = await startKeeping();
    expect((await openToOthers(dataDir)).sort()).toEqual(['.', 'notes.txt']);
  });

  it.runIf(process.getuid?.() === 0)(
    'are refused when another user has laid them out',
    async () => {
      await mkdir(join(dataDir, 'sqs'), { recursive: true });
      await chown(join(dataDir, 'sqs'), NOBODY, NOBODY);
      await expect(startKeeping()).rejects.toThrow(/data\/sqs belongs to another user/);
    },
  );
});

describe.skipIf(process.platform === 'win32')('the stack file', () => {
  it('is the owner’s alone, also in a directory that was there before', async () => {
    await mkdir(join(directory, '.lighthouse'), { mode: 0o777 });
    await using fixture = await startKeeping();
    expect(await openToOthers(join(directory, '.lighthouse'))).toEqual([]);
    expect((await stat(join(directory, STACK_FILE))).mode & 0o777).toBe(0o600);
    expect((await readStackFile(directory))?.credentials).toEqual(fixture.stack.credentials);
  });

  it.runIf(process.getuid?.() === 0)('is not believed when another user wrote it', async () => {
    await using _ = await startKeeping();
    await chown(join(directory, STACK_FILE), NOBODY, NOBODY);
    await expect(readStackFile(directory)).rejects.toThrow(/stack\.json belongs to another user/);
    await chown(join(directory, STACK_FILE), 0, 0);
  });

  it('of a version before there were keys is read', async () => {
    const none = { dynamodb: '', sqs: '', lambda: '', eventbridge: '' };
    await mkdir(join(directory, '.lighthouse'));
    const old = { apiUrl: 'http://127.0.0.1:1', endpoints: none, pid: process.pid, later: 1 };
    await writeFile(join(directory, STACK_FILE), JSON.stringify(old));
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const { later, ...known } = old;
    expect(await readStackFile(directory)).toEqual({ ...known, credentials });
  });

  it('of a version that this one cannot read is told from none while its stack runs', async () => {
    await mkdir(join(directory, '.lighthouse'));
    const write = (content: object) =>
      writeFile(join(directory, STACK_FILE), JSON.stringify(content));
    await write({ api: { url: 'http://127.0.0.1:1' }, pid: process.pid });
    await expect(readStackFile(directory)).rejects.toThrow(
      `stack.json is of a stack of another version (process ${process.pid}); end that one`,
    );
    const ended = spawn(process.execPath, ['--version']);
    await once(ended, 'exit');
    await write({ api: { url: 'http://127.0.0.1:1' }, pid: ended.pid });
    expect(await readStackFile(directory)).toBeNull();
    await writeFile(join(directory, STACK_FILE), '{"pid":');
    expect(await readStackFile(directory)).toBeNull();
  });
});

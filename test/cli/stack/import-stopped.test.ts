import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ImportProgress } from '../../../src/cli/stack/import-progress.ts';
import { FirstRejections } from '../../../src/cli/stack/import-report.ts';
import type { Terminal } from '../../../src/cli/terminal.ts';
import { type ImportStub, startImportStub } from '../support/import-stub.ts';
import { outcomeOf, startCommand } from '../support/run-command.ts';
import { runHere } from '../support/run-here.ts';

// One test starts a process, and a busy machine starts it slowly.
vi.setConfig({ testTimeout: 60_000 });

let stub: ImportStub;

beforeEach(async () => {
  stub = await startImportStub();
});
afterEach(() => stub[Symbol.asyncDispose]());

const LIST = Array.from({ length: 1_400 }, (_, index) => `h${index + 1}.example:80\n`).join('');

it('an import that is interrupted says how far it got, and ends with 130', async () => {
  const args = ['import', 'p', '-', '--api', stub.url, '--concurrency', '2'];
  const child = startCommand(args);
  const second = Promise.withResolvers<void>();
  // The first request is answered; the others never are.
  stub.hold = async (host) => {
    if (host === 'h1.example') return;
    // The first answer has arrived when there is room for the third request.
    if (host === 'h1001.example') second.resolve();
    await new Promise(() => {});
  };
  child.stdin.end(LIST);
  await second.promise;
  child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await outcomeOf(child);
  expect([exitCode, stdout]).toEqual([130, '']);
  expect(stderr).toBe(
    'stopped by SIGINT; 499 proxies, all up to line 500, had been imported; import the list again' +
      ' to go on: what is there already does not change\n',
  );
});

it('an import that the stack ends says how far it got, also as JSON', async () => {
  stub.fault = (host) => (host === 'h501.example' ? 404 : null);
  const args = ['import', 'p', '-', '--api', stub.url, '--concurrency', '1', '--json'];
  const { exitCode, stdout, stderr } = await runHere(args, { input: LIST });
  expect([exitCode, stdout]).toEqual([2, '']);
  expect(JSON.parse(stderr).error.message).toMatch(
    /^the stack answered 404: .*; 499 proxies, all up to line 500, had been imported; import the/,
  );
});

it('an import that had to repeat requests says so', async () => {
  stub.fault = (host, nth) => (host === 'h501.example' && nth === 1 ? 503 : null);
  const args = ['import', 'p', '-', '--api', stub.url];
  const { stdout } = await runHere(args, { input: LIST });
  expect(stdout).toContain('0 already there (1 request was sent again, and may have added some');
});

it('shows its progress on a terminal', () => {
  vi.useFakeTimers();
  try {
    const stderr = new PassThrough();
    const progress = new ImportProgress({ stderr, live: true } as unknown as Terminal);
    const counts = { accepted: 999, duplicate: 0, skipped: 0, rejected: 7, read: 1_006 };
    progress.start({ counts });
    progress.onProgress({ added: 400, existing: 99, line: 503 });
    vi.advanceTimersByTime(200);
    progress.stop();
    expect(stderr.read().toString()).toContain(
      '400 added · 99 already there · up to line 503, 1006 read · 7 rejected',
    );
  } finally {
    vi.useRealTimers();
  }
});

it('keeps the first rejections of a list, whenever they become known', () => {
  const rejections = new FirstRejections();
  const lines = Array.from({ length: 300 }, (_, index) => ((index * 7) % 300) + 1);
  const rejected = { reason: 'malformed', detail: '', text: '' } as const;
  for (const line of lines) rejections.add({ ...rejected, line });
  const first = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(rejections.lines.map(({ line }) => line)).toEqual(first);
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { throttle } from '../../support/throttle.ts';
import type { Workbench } from '../engine/workbench.ts';
import { proxyOf, type Row } from './rows.ts';
import type { Subject } from './subjects.ts';

/** What one run of a subject took, start-up included. */
export interface Measurement {
  readonly row: string;
  readonly subject: string;
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  readonly peakMb: number;
  /** How many proxies it found healthy, of those that are. */
  readonly healthy: number;
  /** Latency reported beyond the proxy's delay, milliseconds; null without healthy ones. */
  readonly error: { readonly p50: number; readonly p99: number } | null;
  /** Healthy proxies it reports with more than 2 s. */
  readonly over2s: number;
}

/** The delay of each proxy's answer, milliseconds, by its URL. */
type Delays = ReadonlyMap<string, number>;

/** No run takes nearly this long. */
const LIMIT_MS = 120_000;
/** How often a throttled subject is stopped and continued, milliseconds. */
const PERIOD_MS = 50;
const SLOW_MS = 2000;

/** Runs a subject on a row. @throws {Error} when it fails or misses a line */
export async function measure(
  subject: Subject,
  row: Row,
  { bench, target }: { readonly bench: Workbench; readonly target: string },
): Promise<Measurement> {
  const directory = await mkdtemp(join(bench.directory, 'run-'));
  try {
    const { port, refusing } = bench.proxies.ports;
    const listed = Array.from({ length: row.lines }, (_, i) =>
      proxyOf(row, i, row.route === 'refused' ? refusing : port),
    );
    const proxies = listed.map(({ url }) => url);
    const listFile = join(directory, 'list.txt');
    await writeFile(listFile, `${proxies.join('\n')}\n`);
    const task = { row, target, caFile: bench.caFile, listFile, proxies, directory };
    const { stdout, cost } = await runMetered(subject.command(task), row, bench.meter);
    const delays = new Map(listed.map(({ url, delayMs }) => [url, delayMs]));
    return {
      row: row.name,
      subject: subject.name,
      ...cost,
      ...judge(subject, row, stdout, delays),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs a command as a group of processes, which is throttled and ended as one. */
async function runMetered(command: readonly string[], row: Row, meter: string) {
  const [program = '', ...args] = [
    ...(row.pinned ? ['taskset', '-c', '0'] : []),
    ...[meter, ...command],
  ];
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    detached: true,
  });
  const group = -(child.pid ?? Number.NaN);
  const release =
    row.share === undefined ? () => {} : throttle(group, { share: row.share, periodMs: PERIOD_MS });
  const limit = setTimeout(() => process.kill(group, 'SIGKILL'), LIMIT_MS);
  const [stdout, report] = await Promise.all([
    text(child.stdio[1] as Readable),
    text(child.stdio[3] as Readable),
    once(child, 'close'),
  ]);
  clearTimeout(limit);
  release();
  if (report === '') throw new Error(`${command[0]} was ended after ${LIMIT_MS / 1000} s`);
  const { cpuMs, wallMs, peakRssKb } = JSON.parse(report);
  return {
    stdout,
    cost: { cpuSeconds: cpuMs / 1000, wallSeconds: wallMs / 1000, peakMb: peakRssKb / 1024 },
  };
}

/** What a subject says of the proxies, beside what is true of them. */
function judge({ name, latencyOf }: Subject, row: Row, stdout: string, delays: Delays) {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== row.lines) {
    throw new Error(`${name} reported ${lines.length} of ${row.lines} proxies of "${row.name}"`);
  }
  const [common = 0] = row.delaysMs;
  const healthy = lines.flatMap((line) => latencyOf(line) ?? []);
  const expected = row.route === 'refused' ? 0 : row.lines;
  // With a share of a CPU, what is lost is the figure.
  if (row.share === undefined && healthy.length !== expected) {
    throw new Error(`${name} found ${healthy.length} of ${expected} healthy on "${row.name}"`);
  }
  const errors = healthy
    .map(({ proxy, latencyMs }) => latencyMs - (delays.get(proxy ?? '') ?? common))
    .toSorted((a, b) => a - b);
  const at = (part: number) => errors[Math.floor((errors.length - 1) * part)] ?? Number.NaN;
  return {
    healthy: healthy.length,
    error: errors.length === 0 ? null : { p50: at(0.5), p99: at(0.99) },
    over2s: healthy.filter(({ latencyMs }) => latencyMs > SLOW_MS).length,
  };
}

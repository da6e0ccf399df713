import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { slopeOf } from '../../support/slope.ts';
import { COMMAND_NODE_FLAGS, startCommand } from './run-command.ts';

/** What a run's memory did while it wrote one line per probe. */
export interface MemoryGrowth {
  readonly exitCode: number | null;
  readonly probes: number;
  readonly peakKb: number;
  /** From the middle of the run to its end, KB per 1,000 probes. */
  readonly growthKbPerThousand: number;
}

interface Sample {
  readonly probes: number;
  readonly kb: number;
}

const REPORT_HEAP = fileURLToPath(new URL('report-heap.mjs', import.meta.url));

/** Samples taken of a run's resident memory. */
const RESIDENT_SAMPLES = 100;

/** Runs `lighthouse check` on a list; follows its live heap, garbage collected before each look. */
export async function measureLiveHeap(
  flags: readonly string[],
  lines: readonly string[],
): Promise<MemoryGrowth> {
  const child = startCheck(flags, ['--expose-gc', '--import', REPORT_HEAP]);
  const samples: Sample[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => {
    const [, probes, bytes] = /^heap (\d+) (\d+)$/.exec(line) ?? [];
    if (bytes !== undefined) samples.push({ probes: Number(probes), kb: Number(bytes) / 1024 });
  });
  let probes = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    probes += 1;
  });
  child.stdin.end(lines.join('\n'));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, probes, ...growthOf(samples, probes) };
}

/** The same for resident memory, as `/proc` tells it. */
export async function measureResident(
  flags: readonly string[],
  lines: readonly string[],
): Promise<MemoryGrowth> {
  const child = startCheck(flags, []);
  const every = Math.ceil(lines.length / RESIDENT_SAMPLES);
  const samples: Promise<Sample>[] = [];
  let probes = 0;
  createInterface({ input: child.stdout }).on('line', () => {
    probes += 1;
    if (probes % every === 0) samples.push(readResident(child.pid ?? 0, probes));
  });
  child.stderr.resume();
  child.stdin.end(lines.join('\n'));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  const taken = (await Promise.all(samples)).filter(({ kb }) => kb > 0);
  return { exitCode, probes, ...growthOf(taken, probes) };
}

/** Distinct loopback addresses at which nobody listens. */
export function refusedLines(count: number, port: number): string[] {
  return Array.from(
    { length: count },
    (_, index) => `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}:${port}`,
  );
}

/** One of any number of sessions on a proxy. */
export function sessionLine({ url }: { readonly url: string }, session: number): string {
  return url.replace('://', `://session-${session}:secret@`);
}

function startCheck(flags: readonly string[], nodeFlags: readonly string[]) {
  const args = ['check', '-', '--format', 'ndjson', '--quiet', ...flags];
  return startCommand(args, { nodeFlags: [...COMMAND_NODE_FLAGS, ...nodeFlags] });
}

async function readResident(pid: number, probes: number): Promise<Sample> {
  // Page by page; VmRSS is counted in batches per processor and some hundred KB off.
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return { probes, kb: Number(/^Rss:\s+(\d+) kB$/m.exec(rollup)?.[1] ?? 0) };
}

function growthOf(samples: readonly Sample[], probes: number) {
  const later = samples.filter((sample) => sample.probes >= probes / 2);
  return {
    peakKb: Math.max(...samples.map(({ kb }) => kb)),
    growthKbPerThousand:
      slopeOf(later.map((sample) => ({ x: sample.probes, y: sample.kb }))) * 1_000,
  };
}

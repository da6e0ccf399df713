import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { startCommand } from './run-command.ts';

/** What a process's resident memory did while it wrote one line per probe. */
export interface MemoryGrowth {
  readonly exitCode: number | null;
  readonly probes: number;
  readonly peakKb: number;
  /** Slope over the second half of the run, KB per 1,000 probes (least squares). */
  readonly growthKbPerThousand: number;
}

interface Sample {
  readonly probes: number;
  readonly residentKb: number;
}

/** Lines between two samples. */
const SAMPLE_EVERY = 250;

/**
 * Runs `lighthouse check` with NDJSON on a list given on standard input and samples the resident
 * memory from `/proc` as the results come.
 */
export async function measureMemory(
  flags: readonly string[],
  lines: Iterable<string>,
): Promise<MemoryGrowth> {
  const child = startCommand(['check', '-', '--format', 'ndjson', '--quiet', ...flags]);
  const samples: Sample[] = [];
  let probes = 0;
  let pending: Promise<void> = Promise.resolve();
  createInterface({ input: child.stdout }).on('line', () => {
    probes++;
    if (probes % SAMPLE_EVERY !== 0) return;
    const at = probes;
    pending = pending.then(async () => {
      const residentKb = await residentKbOf(child.pid ?? 0);
      if (residentKb !== null) samples.push({ probes: at, residentKb });
    });
  });
  child.stdin.end([...lines].join('\n'));
  child.stderr.resume();
  const [exitCode] = (await once(child, 'close')) as [number | null];
  await pending;
  const peakKb = Math.max(...samples.map(({ residentKb }) => residentKb));
  const half = samples.filter((sample) => sample.probes > probes / 2);
  return { exitCode, probes, peakKb, growthKbPerThousand: slopeOf(half) * 1_000 };
}

async function residentKbOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  return match ? Number(match[1]) : null;
}

/** Least squares: KB per probe. */
function slopeOf(samples: readonly Sample[]): number {
  const meanX = mean(samples.map(({ probes }) => probes));
  const meanY = mean(samples.map(({ residentKb }) => residentKb));
  let over = 0;
  let under = 0;
  for (const { probes, residentKb } of samples) {
    over += (probes - meanX) * (residentKb - meanY);
    under += (probes - meanX) ** 2;
  }
  return under === 0 ? Number.NaN : over / under;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Distinct loopback addresses at which nobody listens. */
export function* refusedLines(count: number, port: number): Generator<string> {
  for (let index = 0; index < count; index++) {
    yield `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}:${port}`;
  }
}

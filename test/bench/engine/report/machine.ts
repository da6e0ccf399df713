import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { systemClock } from '../../../../src/clock.ts';

/** The machine that a bench ran on. */
export interface Machine {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  readonly openssl: string;
  readonly curl: string;
  /** The load averages of 1, 5 and 15 minutes, as `uptime` shows them. */
  readonly load: readonly number[];
}

export function describeMachine(): Machine {
  const processors = cpus();
  return {
    at: new Date(systemClock.now()).toISOString(),
    cpu: processors[0]?.model ?? 'unknown',
    cores: processors.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    openssl: process.versions.openssl,
    curl: curlVersion(),
    load: loadavg().map((load) => Math.round(load * 100) / 100),
  };
}

function curlVersion(): string {
  try {
    return execFileSync('curl', ['--version'], { encoding: 'utf8' }).split(' ')[1] ?? 'unknown';
  } catch {
    return 'absent';
  }
}

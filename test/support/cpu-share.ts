import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { throttle } from './throttle.ts';

/** The period in which Lambda hands out CPU time, as others have measured it; milliseconds. */
const PERIOD_MS = 20;

/** A process that has only a share of a core. */
export interface LimitedProcess {
  /** `quota` of the kernel, as Lambda has it, or `stopped` and continued from outside. */
  readonly how: 'quota' | 'stopped';
  release(): void;
}

/**
 * Gives a process a share of one core, as a Lambda function of some memory has it: as much CPU time
 * in every period as the share allows, at any time within it. Where no control group can be made it
 * is stopped and continued instead, which is harder on it: it then also stands still when it has
 * used nothing.
 *
 * @param share 0 to 1
 */
export function limitCpu(pid: number, share: number): LimitedProcess {
  const quotaMicros = Math.round(PERIOD_MS * 1000 * share);
  const found = HOMES.find(({ mark }) => existsSync(mark));
  if (!found) return { how: 'stopped', release: throttle(pid, { share, periodMs: PERIOD_MS }) };
  const group = join(found.home, `lighthouse-${process.pid}-${pid}`);
  try {
    mkdirSync(group);
    for (const [file, text] of found.settings(quotaMicros)) writeFileSync(join(group, file), text);
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
    return { how: 'quota', release: () => leave(found.home, group, pid) };
  } catch {
    leave(found.home, group, pid);
    return { how: 'stopped', release: throttle(pid, { share, periodMs: PERIOD_MS }) };
  }
}

/** Moves a process back and removes its group; both may be gone. */
function leave(home: string, group: string, pid: number): void {
  for (const act of [
    () => writeFileSync(join(home, 'cgroup.procs'), String(pid)),
    () => rmdirSync(group),
  ]) {
    try {
      act();
    } catch {
      // The process has ended, or nothing was made.
    }
  }
}

/** Where control groups for CPU time are made, and how (`cgroups(7)`): version 2, version 1. */
const HOMES: readonly {
  readonly home: string;
  /** A file that shows that this is such a place. */
  readonly mark: string;
  readonly settings: (quotaMicros: number) => readonly (readonly [file: string, text: string])[];
}[] = [
  {
    home: '/sys/fs/cgroup',
    mark: '/sys/fs/cgroup/cgroup.controllers',
    settings: (quotaMicros) => [['cpu.max', `${quotaMicros} ${PERIOD_MS * 1000}`]],
  },
  {
    home: '/sys/fs/cgroup/cpu',
    mark: '/sys/fs/cgroup/cpu/cpu.cfs_quota_us',
    settings: (quotaMicros) => [
      ['cpu.cfs_period_us', String(PERIOD_MS * 1000)],
      ['cpu.cfs_quota_us', String(quotaMicros)],
    ],
  },
];

/** Clock ticks a second in `/proc` (`proc(5)`, `sysconf(_SC_CLK_TCK)`). */
const TICKS_PER_SECOND = 100;

/** The CPU time that a process has used, milliseconds. */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}

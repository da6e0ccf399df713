import { readFileSync } from 'node:fs';

/**
 * The most memory a process has held resident since it started, in MB. It is the kernel's own
 * high-water mark (`VmHWM`, proc(5)), so a peak between two readings is not missed.
 * @returns null where the system has no `/proc`, or the process is gone.
 */
export function readPeakMemoryMb(pid: number): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Math.ceil(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

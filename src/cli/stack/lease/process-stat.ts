import { readdirSync, readFileSync } from 'node:fs';

/** What Linux knows about a process. */
export interface ProcessStat {
  /** `Z` is a zombie: a process that has ended but was not reaped by its parent. */
  readonly state: string;
  readonly groupId: number;
  /** The foreground group of its controlling terminal; -1 without a terminal. */
  readonly foregroundGroupId: number;
}

/** Null when there is no such process, or no `/proc` (proc_pid_stat(5)). */
export function readProcessStat(process: number | 'self'): ProcessStat | null {
  try {
    const text = readFileSync(`/proc/${process}/stat`, 'latin1');
    // The name before the last parenthesis may itself contain spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', , groupId, , , foregroundGroupId] = fields;
    return { state, groupId: Number(groupId), foregroundGroupId: Number(foregroundGroupId) };
  } catch {
    return null;
  }
}

/**
 * Whether any process of a group is still running. Zombies do not count: where lighthouse is the
 * first process of a container, its grandchildren are never reaped, and `kill` finds them forever.
 */
export function isGroupAlive(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
  } catch {
    return false;
  }
  const stats = processIds().map(readProcessStat);
  if (!stats.some((stat) => stat !== null)) return true;
  return stats.some((stat) => stat?.groupId === groupId && stat.state !== 'Z');
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

import { readdirSync, readFileSync } from 'node:fs';

/** What Linux knows of a process. */
export interface ProcessStat {
  /** `Z` is a zombie: it has ended, and its parent has not asked how. */
  readonly state: string;
  readonly groupId: number;
  /** The group in the foreground of its controlling terminal; -1 without one. */
  readonly foregroundGroupId: number;
}

/** Null where there is no such process, or no `/proc` (proc_pid_stat(5)). */
export function readProcessStat(process: number | 'self'): ProcessStat | null {
  try {
    const text = readFileSync(`/proc/${process}/stat`, 'latin1');
    // The name before it may hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const [state = '', , groupId, , , foregroundGroupId] = fields;
    return { state, groupId: Number(groupId), foregroundGroupId: Number(foregroundGroupId) };
  } catch {
    return null;
  }
}

/**
 * Whether any process of a group has not ended. Zombies have: where lighthouse is a container's first
 * process nobody asks how its grandchildren ended, and `kill` finds them for ever.
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

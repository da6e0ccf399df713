import { closeSync, openSync } from 'node:fs';
import { readProcessStat } from './process-stat.ts';

/** The terminal this process belongs to, wherever its streams lead. */
export interface ControllingTerminal {
  /** Whether Ctrl-C and the terminal's end are told to the group of this process. */
  isForeground(): boolean;
}

/** Null when there is none, as under cron, in a container or in a pipeline of CI. */
export function findControllingTerminal(): ControllingTerminal | null {
  try {
    // It opens only for those who have one (tty(4)).
    closeSync(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
  return { isForeground };
}

/** Asked each time: `fg` and `bg` change it. Assumed where it cannot be read. */
function isForeground(): boolean {
  const stat = readProcessStat('self');
  return stat === null || stat.groupId === stat.foregroundGroupId;
}

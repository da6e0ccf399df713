import { closeSync, openSync } from 'node:fs';
import { readProcessStat } from './process-stat.ts';

/** The terminal that controls this process, wherever its streams lead. */
export interface ControllingTerminal {
  /** Whether this process's group gets the signals of Ctrl-C and of the terminal's end. */
  isForeground(): boolean;
}

/** Null without a controlling terminal, as under cron, in a container or in CI. */
export function findControllingTerminal(): ControllingTerminal | null {
  try {
    // It opens only for a process with a controlling terminal (tty(4)).
    closeSync(openSync('/dev/tty', 'r'));
  } catch {
    return null;
  }
  return { isForeground };
}

/** Read each time: `fg` and `bg` change it. True where it cannot be read. */
function isForeground(): boolean {
  const stat = readProcessStat('self');
  return stat === null || stat.groupId === stat.foregroundGroupId;
}

import type { Command } from 'commander';
import { ExitCode } from '../interrupt.ts';
import { ProgressLine } from '../output/progress-line.ts';
import type { Terminal } from '../terminal.ts';
import type { StackFlags } from './client/find-stack.ts';
import { onStack, printAnswer, type StackSession } from './stack-command.ts';

const ABOUT = `
A batch that keeps failing goes to the dead-letter queue and stays there for 14 days, unless the
stack is set otherwise. This command moves it back, and it is checked again. If its sweep has closed
in the meantime, its results are recorded and counted as late, but they change no proxy's status.

Examples:
  lighthouse redrive
  lighthouse redrive --json`;

/** Adds `lighthouse redrive`. */
export function addRedriveCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('redrive')
    .summary('check the batches in the dead-letter queue again')
    .addHelpText('after', ABOUT);
  onStack<[], StackFlags>(command, terminal, async (session, _, flags) => {
    const outcome = await redriveAll(session);
    await printAnswer(terminal, flags, { answer: outcome, text: `${describe(outcome)}\n` });
    return outcome.more ? ExitCode.failed : ExitCode.ok;
  });
}

interface RedriveOutcome {
  readonly moved: number;
  /** Whether some messages could not be moved. */
  readonly more: boolean;
}

async function redriveAll({ api, terminal }: StackSession): Promise<RedriveOutcome> {
  const status = new ProgressLine(terminal, false);
  let moved = 0;
  status.start(() => `${moved} messages moved back`);
  try {
    for (;;) {
      const answer = await api.redrive();
      moved += answer.moved;
      if (!answer.more || answer.moved === 0) return { moved, more: answer.more };
    }
  } finally {
    status.stop();
  }
}

function describe({ moved, more }: RedriveOutcome): string {
  if (more)
    return `${moved} messages moved back to the queue; others failed; try again in a minute`;
  if (moved === 0) return 'the dead-letter queue is empty';
  return `${moved} ${moved === 1 ? 'message' : 'messages'} moved back to the queue`;
}

import { type Command, Option } from 'commander';
import { InvalidInputError } from '../../errors.ts';
import { readStackFile } from '../../local/stack-file.ts';
import { EventType } from '../../model/event-names.ts';
import {
  type CommandContext,
  ExitCode,
  Interrupted,
  stopForClosedOutput,
  withInterrupt,
} from '../interrupt.ts';
import { createStreamSink } from '../output/stream-sink.ts';
import type { Terminal } from '../terminal.ts';
import { ApiClient } from './client/api-client.ts';
import { deployedStack, localAddress, type StackFlags } from './client/find-stack.ts';
import { type ListedEvent, readEvents } from './client/read-events.ts';
import { formatEvent } from './event-text.ts';

/** The types of events as `--type` names them. */
const TYPES: Readonly<Record<string, EventType>> = {
  'proxy-status-changed': EventType.proxyStatusChanged,
  'sweep-finished': EventType.sweepFinished,
};

interface EventsFlags extends Pick<StackFlags, 'stack'> {
  readonly follow?: true;
  readonly pool?: string;
  readonly type?: string;
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  lighthouse events
  lighthouse events --follow --pool shop
  lighthouse events --json --type proxy-status-changed | jq -r '.detail.proxy'

In the cloud, add a rule to the stack's bus; see docs/events.md.`;

/** Adds `lighthouse events`. */
export function addEventsCommand(program: Command, terminal: Terminal): void {
  program
    .command('events')
    .summary('show the events of the local stack')
    .description(
      'Shows the newest events of the stack that is running in this directory, oldest first, and' +
        ' exits; with --follow it goes on until Ctrl-C.',
    )
    .option('-f, --follow', 'wait for more and show them as they come')
    .option('--pool <name>', 'only events of one pool')
    .addOption(new Option('--type <type>', 'only events of one type').choices(Object.keys(TYPES)))
    // Not in the help: it is there to say why it cannot be used.
    .addOption(new Option('--stack <name>').hideHelp())
    .option('--json', 'print one event per line, as EventBridge delivers it, and errors as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: EventsFlags) => {
      process.exitCode = await withInterrupt((stop) => showEvents(flags, { terminal, stop }));
    });
}

async function showEvents(
  flags: EventsFlags,
  { terminal, stop }: CommandContext,
): Promise<ExitCode> {
  refuseDeployed(deployedStack(flags));
  const stack = await readStackFile(process.cwd());
  if (!stack) {
    throw new InvalidInputError(
      'no stack is running in this directory; start one with lighthouse up, or change to its' +
        ' directory',
    );
  }
  await using client = new ApiClient(localAddress(stack.endpoints.eventbridge, stack), stop.signal);
  const sink = createStreamSink(terminal.stdout, () => stopForClosedOutput(stop));
  try {
    for await (const event of readEvents(client, { follow: flags.follow ?? false })) {
      if (!matches(event, flags)) continue;
      await sink.write(
        flags.json ? `${JSON.stringify(event)}\n` : formatEvent(event, terminal.colour),
      );
    }
  } catch (error) {
    // Ctrl-C is how following ends.
    if (!flags.follow || !(stop.signal.reason instanceof Interrupted)) throw error;
  }
  await sink.commit();
  return ExitCode.ok;
}

/** @throws {InvalidInputError} when a deployed stack is named: its API has no events */
function refuseDeployed(stackName: string | undefined): void {
  if (stackName === undefined) return;
  throw new InvalidInputError(
    `lighthouse events shows those of a local stack; those of "${stackName}" are on its EventBridge` +
      ' bus (docs/events.md); leave out --stack, and unset LIGHTHOUSE_STACK',
  );
}

function matches(event: ListedEvent, { pool, type }: EventsFlags): boolean {
  if (pool !== undefined && event.detail.pool !== pool) return false;
  return type === undefined || event['detail-type'] === TYPES[type];
}

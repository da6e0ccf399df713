import { type Command, Option } from 'commander';
import { LighthouseError } from '../../../errors.ts';
import { LeaseOutcome } from '../../../model/proxy-row.ts';
import { integerOption } from '../../check/flag-parsers.ts';
import { ExitCode } from '../../interrupt.ts';
import { print } from '../../output/stream-sink.ts';
import { printable, type Terminal } from '../../terminal.ts';
import type { StackFlags } from '../client/find-stack.ts';
import { onStack, printAnswer } from '../stack-command.ts';
import {
  type AcquireFlags,
  addAcquireFlags,
  idempotencyKeyOption,
  toLeaseWish,
} from './acquire-flags.ts';
import type { LeaseReport } from './lease-api.ts';
import { addLeaseRun } from './run-command.ts';

interface RepeatableFlags extends AcquireFlags {
  readonly idempotencyKey?: string;
}

interface RenewFlags extends StackFlags {
  readonly seconds?: number;
}

interface ReleaseFlags extends StackFlags, LeaseReport {}

const EXAMPLES = `
Examples:
  lighthouse lease run shop --country SE -- curl -s https://shop.example/
  proxy=$(lighthouse lease acquire shop --seconds 60) && curl -x "$proxy" https://shop.example/
  lighthouse lease acquire shop --json | jq -r .leaseId
  lighthouse lease renew shop LEASE --seconds 600
  lighthouse lease release shop LEASE --outcome blocked --host shop.example

With an empty -x, as when no proxy is free, curl would go out directly; hence the variable and &&.
Exit codes: 0 done, 1 no proxy is free or the lease is over, 2 wrong use or no stack.`;

/** Adds `lighthouse lease acquire|renew|release|run`. */
export function addLeaseCommand(program: Command, terminal: Terminal): void {
  const lease = program
    .command('lease')
    .summary('lease proxies, and run commands through them')
    .description(
      'A consumer holds a leased proxy for a time, as one of at most --max-concurrency consumers.',
    )
    .addHelpText('after', EXAMPLES);
  addAcquire(lease, terminal);
  addRenew(lease, terminal);
  addRelease(lease, terminal);
  addLeaseRun(lease, terminal);
}

function addAcquire(lease: Command, terminal: Terminal): void {
  const command = lease
    .command('acquire')
    .summary('lease a proxy and print its URL, password included')
    .argument('<pool>', 'the pool')
    .addHelpText('after', EXAMPLES);
  addAcquireFlags(command).addOption(idempotencyKeyOption());
  onStack<[string], RepeatableFlags>(command, terminal, async ({ leases }, [poolName], flags) => {
    const lease = await leases.acquire(poolName, toLeaseWish(flags), flags.idempotencyKey);
    const { proxy, leaseId, expiresAt } = lease;
    if (!flags.json)
      terminal.stderr.write(printable(`lease ${leaseId} until ${expiresAt}`).concat('\n'));
    const giveBack = () => leases.release({ poolName, leaseId });
    const text = flags.json ? `${JSON.stringify(lease)}\n` : `${proxy}\n`;
    await (flags.idempotencyKey === undefined
      ? printOrGiveBack(giveBack, terminal, text)
      : print(terminal.stdout, text));
    return ExitCode.ok;
  });
}

/**
 * Gives the proxy back when the output has no reader: the lease's id would be lost. With an
 * idempotency key the caller can ask again instead.
 */
async function printOrGiveBack(
  giveBack: () => Promise<void>,
  { stdout }: Terminal,
  text: string,
): Promise<void> {
  let isRead = false;
  try {
    isRead = await print(stdout, text);
  } finally {
    if (!isRead) await giveBack();
  }
  if (isRead) return;
  throw new LighthouseError('not_read', 'nobody reads the output, so the proxy was given back');
}

function addRenew(lease: Command, terminal: Terminal): void {
  const command = lease
    .command('renew')
    .summary('extend a lease')
    .description(
      'Prints the lease id, which is a new one if the proxy is unlimited, and the new end.',
    )
    .argument('<pool>', 'the pool')
    .argument('<lease>', 'the lease id, as lease acquire prints it')
    .addOption(integerOption('--seconds <n>', 'how long from now, 1-86400 (300)'))
    .addHelpText('after', '\nExamples:\n  lighthouse lease renew shop LEASE --seconds 600');
  onStack<[string, string], RenewFlags>(command, terminal, async ({ leases }, args, flags) => {
    const [poolName, leaseId] = args;
    const lease = await leases.renew({ poolName, leaseId }, flags.seconds);
    const text = `${lease.leaseId} until ${lease.expiresAt}\n`;
    await printAnswer(terminal, flags, { answer: lease, text });
    return ExitCode.ok;
  });
}

function addRelease(lease: Command, terminal: Terminal): void {
  const command = lease
    .command('release')
    .summary('end a lease and say how the use went')
    .argument('<pool>', 'the pool')
    .argument('<lease>', 'the lease id')
    .addOption(
      new Option('--outcome <outcome>', 'how the use went').choices(Object.values(LeaseOutcome)),
    )
    .option('--host <host>', 'with --outcome: the target; a block is recorded only with it')
    .addHelpText('after', '\nExamples:\n  lighthouse lease release shop LEASE --outcome ok');
  onStack<[string, string], ReleaseFlags>(command, terminal, async ({ leases }, args, flags) => {
    const [poolName, leaseId] = args;
    await leases.release({ poolName, leaseId }, flags);
    const answer = { leaseId, released: true };
    await printAnswer(terminal, flags, { answer, text: 'released\n' });
    return ExitCode.ok;
  });
}

import { type Command, Option } from 'commander';
import { ProxyStatus } from '../../health/rise-fall.ts';
import { ExitCode, stopForClosedOutput } from '../interrupt.ts';
import { createStreamSink } from '../output/stream-sink.ts';
import { printable, type Terminal } from '../terminal.ts';
import type { ProxyReply } from './client/api-schemas.ts';
import type { StackFlags } from './client/find-stack.ts';
import { addProxiesEdits } from './proxies-edit-commands.ts';
import { onStack, type StackSession } from './stack-command.ts';

interface ProxiesFlags extends StackFlags {
  readonly status?: ProxyStatus;
  readonly country?: string;
}

const EXAMPLES = `
Examples:
  lighthouse proxies shop
  lighthouse proxies shop --status inactive --country DE
  lighthouse proxies shop --json | jq -r .proxy
  lighthouse proxies ban shop 0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11
  lighthouse proxies limit shop 0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11 20`;

/** Adds `lighthouse proxies [list] POOL` and `lighthouse proxies ban|unban|delete|limit POOL ID…`. */
export function addProxiesCommand(program: Command, terminal: Terminal): void {
  const proxies = program
    .command('proxies')
    .summary('show, ban, limit and delete the proxies of a pool')
    .usage('POOL [options]')
    .addHelpText('after', EXAMPLES);
  const command = proxies
    .command('list', { isDefault: true })
    .summary('show the proxies of a pool as they are now (also: lighthouse proxies POOL)')
    .description('Shows each proxy with its status and newest result; with --json, one per line.')
    .argument('<pool>', 'the pool')
    .addOption(
      new Option('--status <status>', 'only this status').choices(Object.values(ProxyStatus)),
    )
    .option('--country <code>', 'only this country, ISO 3166-1 alpha-2')
    .addHelpText('after', EXAMPLES);
  onStack<[string], ProxiesFlags>(command, terminal, showProxies);
  addProxiesEdits(proxies, terminal);
}

async function showProxies(
  { api, terminal, stop }: StackSession,
  [poolName]: readonly [string],
  { json, status, country }: ProxiesFlags,
): Promise<ExitCode> {
  const onClosed = (): void => stopForClosedOutput(stop);
  const sink = createStreamSink(terminal.stdout, onClosed);
  if (!json)
    await sink.write(`${rowOf(['STATUS', 'SINCE', 'LATENCY', 'FAILURE', 'LEASED', 'PROXY'])}\n`);
  for await (const view of api.readProxies(poolName, { status, country })) {
    await sink.write(json ? `${JSON.stringify(view)}\n` : `${formatView(view)}\n`);
  }
  await sink.commit();
  return ExitCode.ok;
}

function formatView({ status, statusSince, proxy, lastResult, ...view }: ProxyReply): string {
  const latency = lastResult === null ? '-' : `${Math.round(lastResult.latencyMs)} ms`;
  const failure = lastResult?.failure ?? '-';
  const leased =
    view.maxConcurrency === null ? '-' : `${view.leases.length}/${view.maxConcurrency}`;
  return rowOf([status, statusSince, latency, failure, leased, printable(proxy)]);
}

function rowOf([status, since, latency, failure, leased, proxy]: readonly [
  string,
  string,
  string,
  string,
  string,
  string,
]): string {
  const columns = [status.padEnd(12), since.padEnd(24), latency.padStart(9), failure.padEnd(24)];
  return [...columns, leased.padStart(6), proxy].join('  ');
}

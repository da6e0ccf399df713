import type { Command } from 'commander';
import { ExitCode } from '../interrupt.ts';
import type { Terminal } from '../terminal.ts';
import type { StackFlags } from './client/find-stack.ts';
import type { LighthouseApi } from './client/lighthouse-api.ts';
import { type Limit, parseLimit } from './leasing-flags.ts';
import { onStack, printAnswer } from './stack-command.ts';

/** A change to each of the proxies named, and the word that reports it. */
interface Edit {
  readonly name: string;
  readonly summary: string;
  readonly done: string;
  /** Returns what `--json` prints. */
  readonly apply: (api: LighthouseApi, poolName: string, proxyId: string) => Promise<unknown>;
}

const EDITS: readonly Edit[] = [
  {
    name: 'ban',
    summary: 'keep proxies out of use, whatever sweeps find',
    done: 'banned',
    apply: (api, poolName, proxyId) => api.setProxyStatus(poolName, proxyId, 'banned'),
  },
  {
    name: 'unban',
    summary: 'let the next sweep decide their status again',
    done: 'unknown until the next sweep',
    apply: (api, poolName, proxyId) => api.setProxyStatus(poolName, proxyId, 'unknown'),
  },
  {
    name: 'delete',
    summary: 'take proxies out of a pool',
    done: 'deleted',
    apply: async (api, poolName, proxyId) => {
      await api.deleteProxy(poolName, proxyId);
      return { proxyId, deleted: true };
    },
  },
];

/** Adds `lighthouse proxies ban|unban|delete POOL ID...` and `proxies limit POOL ID N`. */
export function addProxiesEdits(proxies: Command, terminal: Terminal): void {
  addLimit(proxies, terminal);
  for (const { name, summary, done, apply } of EDITS) {
    const command = proxies
      .command(name)
      .summary(summary)
      .argument('<pool>', 'the pool')
      .argument('<id...>', 'proxy ids, as lighthouse proxies POOL --json shows them')
      .addHelpText(
        'after',
        `\nExamples:\n  lighthouse proxies ${name} shop 0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11`,
      );
    onStack<[string, string[]], StackFlags>(command, terminal, async ({ api }, args, flags) => {
      const [poolName, proxyIds] = args;
      for (const proxyId of proxyIds) {
        const answer = await apply(api, poolName, proxyId);
        await printAnswer(terminal, flags, { answer, text: `${proxyId} ${done}\n` });
      }
      return ExitCode.ok;
    });
  }
}

function addLimit(proxies: Command, terminal: Terminal): void {
  const command = proxies
    .command('limit')
    .summary('set how many consumers may hold a proxy at once')
    .description('Running leases stay, even when they are more than the limit.')
    .argument('<pool>', 'the pool')
    .argument('<id>', 'the id of the proxy')
    .argument('<limit>', '1 to 100, or unlimited', parseLimit)
    .addHelpText(
      'after',
      '\nExamples:\n  lighthouse proxies limit shop 0c9f2c9e-5a8c-8f7e-b6ad-6a6f2d0f7c11 20',
    );
  onStack<[string, string, Limit], StackFlags>(command, terminal, async ({ api }, args, flags) => {
    const [poolName, proxyId, limit] = args;
    const view = await api.setMaxConcurrency(
      poolName,
      proxyId,
      limit === 'unlimited' ? null : limit,
    );
    const holders = limit === 'unlimited' ? 'any number' : `at most ${limit}`;
    const text = `${proxyId} may be held by ${holders} at once\n`;
    await printAnswer(terminal, flags, { answer: view, text });
    return ExitCode.ok;
  });
}

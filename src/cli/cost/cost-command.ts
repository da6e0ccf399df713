import type { Command } from 'commander';
import { alternativesTo } from '../../cost/alternatives.ts';
import { estimateCost } from '../../cost/estimate-cost.ts';
import { PRICE_REGION, PRICES_AS_OF } from '../../cost/prices.ts';
import { printAnswer } from '../stack/stack-command.ts';
import type { Terminal } from '../terminal.ts';
import { addCostFlags, type CostFlags, readPlan } from './cost-flags.ts';
import { formatEstimate } from './cost-text.ts';

const EXAMPLES = `
Examples:
  lighthouse cost --proxies 10000 --every 5m
  lighthouse cost --proxies 2000 --every 1m --https --alive 0.7 --timeout-ms 9000
  lighthouse cost --proxies 5000 --hosts 1 --json

Exit codes: 0 fine; 2 wrong use.`;

/** Adds `lighthouse cost`. */
export function addCostCommand(program: Command, terminal: Terminal): void {
  const command = program
    .command('cost')
    .summary('estimate what checking a fleet on AWS costs')
    .description(
      'Estimates what a deployed stack costs in a month, and a million checks, from list prices and' +
        ' from quantities that this version was measured with. Asks nobody.',
    )
    .addHelpText('after', EXAMPLES);
  addCostFlags(command).action(async (flags: CostFlags) => {
    const estimate = estimateCost(readPlan(flags));
    const alternatives = alternativesTo(estimate);
    const prices = { region: PRICE_REGION, asOf: PRICES_AS_OF };
    await printAnswer(terminal, flags, {
      answer: { ...estimate, alternatives, prices },
      text: formatEstimate(estimate, alternatives),
    });
  });
}

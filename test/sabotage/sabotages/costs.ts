import type { Sabotage } from '../sabotage.ts';

const QUANTITIES = 'test/cost/quantities.test.ts';
const ESTIMATE = 'test/cost/estimate.test.ts';

/** What the pipeline costs, and what is said of it. */
export const COST_SABOTAGES: readonly Sabotage[] = [
  {
    name: 'cost: a verdict that changes nothing writes its row',
    file: 'src/sweeps/record/apply-results.ts',
    find: '    if (after === before) return null;\n',
    replace: '',
    tests: [QUANTITIES],
  },
  {
    name: 'cost: batches that are given back are free',
    file: 'src/cost/sweep-use.ts',
    find: 'const REQUESTS_PER_DEFERRAL = 2;',
    replace: 'const REQUESTS_PER_DEFERRAL = 0;',
    tests: [ESTIMATE],
  },
  {
    name: 'cost: the time of the slowest proxy is left out',
    file: 'src/cost/checker-time.ts',
    find: '  play.runUntil(() => play.backlog === 0);\n  return',
    replace: '  return',
    tests: [ESTIMATE],
  },
];

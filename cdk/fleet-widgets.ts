import {
  type IWidget,
  LogQueryWidget,
  LogQueryVisualizationType as View,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Blame } from '../src/health/blame.ts';

/**
 * The functions' line on each ended sweep, with its totals, availability and blame; `known` has the
 * last verdicts of skipped proxies, too.
 */
const FINISHED = 'filter message = "sweep finished"';

/** A dashboard's full width, and the height of a graph, in CloudWatch's grid. */
export const FULL_WIDTH = 24;
export const GRAPH_HEIGHT = 6;

/**
 * What is known of the fleet, read from the functions' logs when someone looks. A metric by pool
 * would cost $0.30 a pool and month, looked at or not; a look costs $0.005 per GB of logs.
 */
export function fleetWidgets(logGroups: readonly ILogGroup[]): readonly (readonly IWidget[])[] {
  const logGroupNames = logGroups.map(({ logGroupName }) => logGroupName);
  const half = { logGroupNames, width: FULL_WIDTH / 2, height: GRAPH_HEIGHT };
  const sums = (names: readonly string[], of: string) =>
    names.map((name) => `sum(${of}.${name}) as ${name}`).join(', ');
  return [
    [
      new LogQueryWidget({
        ...half,
        title: 'Pools: availability, %, and proxies of the last sweep; the worst first',
        view: View.TABLE,
        queryLines: [
          FINISHED,
          'stats latest(availability) * 100 as percent, latest(totals.proxies) as proxies, latest(latencyMs.p95) as p95Ms, latest(state) as sweep, latest(@timestamp) as at by poolName',
          'sort percent asc',
          'limit 100',
        ],
      }),
      new LogQueryWidget({
        ...half,
        title: 'Availability of the fleet, %',
        view: View.LINE,
        queryLines: [
          FINISHED,
          'stats 100 * (sum(known.active) + sum(known.slow)) / (sum(known.active) + sum(known.slow) + sum(known.inactive)) as percent by bin(1h)',
        ],
      }),
    ],
    [
      new LogQueryWidget({
        ...half,
        title: 'Verdicts',
        view: View.STACKEDAREA,
        queryLines: [
          FINISHED,
          `stats ${sums(['active', 'slow', 'inactive', 'inconclusive'], 'totals')} by bin(1h)`,
        ],
      }),
      new LogQueryWidget({
        ...half,
        title: 'Failures by whose fault they are',
        view: View.STACKEDAREA,
        queryLines: [FINISHED, `stats ${sums(Object.values(Blame), 'blame')} by bin(1h)`],
      }),
    ],
  ];
}

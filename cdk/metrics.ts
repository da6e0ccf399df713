import { Duration, Stack } from 'aws-cdk-lib';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/environment.ts';
import { STACK_DIMENSION, SWEEPS_SERVICE } from '../functions/metric-names.ts';

/** The namespace of every metric the functions write. */
export const METRICS_NAMESPACE = 'Lighthouse';

/** The period of alarms and of the dashboard's graphs. */
export const FIVE_MINUTES = Duration.minutes(5);

/** Sums over that period. */
export const SUMS = { period: FIVE_MINUTES, statistic: Stats.SUM };

/**
 * The dimension `stack` of a construct's metrics: the stack's name and, unless the construct is all
 * there is, its path in the stack. A slash, which no stack's name has, keeps `A/B` and `A-B` apart.
 */
export function metricsStackOf(scope: Construct): string {
  const stack = Stack.of(scope);
  const path = scope.node.scopes.slice(stack.node.scopes.length).map(({ node }) => node.id);
  return [stack.stackName, ...path.filter((id) => id !== 'Default')].join('/');
}

/** A metric that the functions of one stack write. */
export function functionMetric(
  metricName: string,
  options: {
    readonly stack: string;
    /** @default 'sweeps' */
    readonly service?: FunctionName | typeof SWEEPS_SERVICE;
    /** @default 'Sum' */
    readonly statistic?: 'Sum' | 'Maximum';
  },
): Metric {
  const { stack, service = SWEEPS_SERVICE, statistic = 'Sum' } = options;
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service, [STACK_DIMENSION]: stack },
    statistic,
    period: FIVE_MINUTES,
  });
}

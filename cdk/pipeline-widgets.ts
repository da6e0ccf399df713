import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { GraphWidget, type IMetric, type IWidget, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { SweepMetric, TICK_FAILURES } from '../functions/metric-names.ts';
import type { BatchQueue } from './batch-queue.ts';
import { FULL_WIDTH, GRAPH_HEIGHT } from './fleet-widgets.ts';
import type { LighthouseFunctions } from './lighthouse-functions.ts';
import { FIVE_MINUTES, functionMetric, SUMS } from './metrics.ts';

/** What moves batches, and what it writes down. */
export interface Pipeline {
  readonly batches: BatchQueue;
  readonly functions: LighthouseFunctions;
  readonly api: HttpApi;
  readonly tables: Readonly<Record<string, Table>>;
  /** The dimension `stack` of the functions' metrics. */
  readonly metricsStack: string;
  /** NAT gateways of the stack's own. */
  readonly natGatewayIds: readonly string[];
}

const PEAKS = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };
const P95 = { period: FIVE_MINUTES, statistic: Stats.percentile(95) };

/** How sweeps and batches come along, and what costs money. Metrics that AWS writes are free. */
export function pipelineWidgets(pipeline: Pipeline): readonly (readonly IWidget[])[] {
  return [
    [sweeps(pipeline), batches(pipeline.batches), waiting(pipeline.batches)],
    functionGraphs(pipeline),
    [...apiGraphs(pipeline.api), throttledTables(pipeline)],
    costDrivers(pipeline),
  ];
}

function graph(title: string, left: readonly IMetric[], right: readonly IMetric[] = []): IWidget {
  const [width, height] = [FULL_WIDTH / 3, GRAPH_HEIGHT];
  return new GraphWidget({ title, left: [...left], right: [...right], width, height });
}

function sweeps({ metricsStack: stack }: Pipeline): IWidget {
  const troubles = Object.values(SweepMetric).map((name) => functionMetric(name, { stack }));
  const tick = functionMetric(TICK_FAILURES, { stack, service: 'fan-out' });
  return graph('Sweeps in trouble, pools below their limit', [...troubles, tick]);
}

function batches({ queue }: BatchQueue): IWidget {
  return graph('Batches sent, received, done', [
    queue.metricNumberOfMessagesSent(SUMS),
    queue.metricNumberOfMessagesReceived(SUMS),
    queue.metricNumberOfMessagesDeleted(SUMS),
  ]);
}

function waiting({ queue, deadLetterQueue }: BatchQueue): IWidget {
  return graph(
    'Batches waiting, and the age of the oldest, s',
    [
      queue.metricApproximateNumberOfMessagesVisible({ ...PEAKS, label: 'waiting' }),
      queue.metricApproximateNumberOfMessagesNotVisible({ ...PEAKS, label: 'being checked' }),
      deadLetterQueue.metricApproximateNumberOfMessagesVisible({ ...PEAKS, label: 'dead' }),
    ],
    [queue.metricApproximateAgeOfOldestMessage(PEAKS)],
  );
}

function functionGraphs({ functions }: Pipeline): readonly IWidget[] {
  const { fanOut, checker, api } = functions;
  const each = Object.entries({ fanOut, checker, api });
  return [
    graph('Invocations', [...each.map(([label, fn]) => fn.metricInvocations({ ...SUMS, label }))]),
    graph('Errors and throttles of functions', [
      ...each.map(([name, fn]) => fn.metricErrors({ ...SUMS, label: `${name} errors` })),
      ...each.map(([name, fn]) => fn.metricThrottles({ ...SUMS, label: `${name} throttles` })),
    ]),
    graph('Duration, 95th percentile, ms', [
      ...each.map(([label, fn]) => fn.metricDuration({ ...P95, label })),
    ]),
  ];
}

function apiGraphs(api: HttpApi): readonly IWidget[] {
  return [
    graph('API requests and errors', [
      api.metricCount(SUMS),
      api.metricClientError(SUMS),
      api.metricServerError(SUMS),
    ]),
    graph('API latency, 95th percentile, ms', [api.metricLatency(P95)]),
  ];
}

/** DynamoDB counts these by table ("DynamoDB metrics and dimensions"). */
function tableSums({ tables }: Pipeline, metricName: string, what: string): readonly IMetric[] {
  return Object.entries(tables).map(([name, { tableName }]) => {
    const options = { ...SUMS, label: `${name} ${what}`.trim() };
    const dimensionsMap = { TableName: tableName };
    return new Metric({ namespace: 'AWS/DynamoDB', metricName, dimensionsMap, ...options });
  });
}

function throttledTables(pipeline: Pipeline): IWidget {
  return graph('Throttled requests of tables', [
    ...tableSums(pipeline, 'ReadThrottleEvents', 'reads'),
    ...tableSums(pipeline, 'WriteThrottleEvents', 'writes'),
  ]);
}

function costDrivers(pipeline: Pipeline): readonly IWidget[] {
  const { functions, natGatewayIds } = pipeline;
  const { fanOut, checker, api } = functions;
  const durations = Object.entries({ fanOut, checker, api }).map(([label, fn]) =>
    fn.metricDuration({ ...SUMS, label }),
  );
  const nat = natGatewayIds.map(
    (NatGatewayId, index) =>
      new Metric({
        namespace: 'AWS/NATGateway',
        metricName: 'BytesOutToDestination',
        dimensionsMap: { NatGatewayId },
        label: `NAT gateway ${index + 1}, bytes out`,
        ...SUMS,
      }),
  );
  return [
    graph('Cost: write request units', tableSums(pipeline, 'ConsumedWriteCapacityUnits', '')),
    graph('Cost: read request units', tableSums(pipeline, 'ConsumedReadCapacityUnits', '')),
    graph('Cost: time of functions, ms', durations, nat),
  ];
}

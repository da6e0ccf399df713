import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { FunctionName } from '../functions/environment.ts';
import { SWEEPS_SERVICE, SweepMetric, TICK_FAILURES } from '../functions/metric-names.ts';
import type { TableName } from '../src/storage/dynamodb-tables.ts';
import { METRICS_NAMESPACE } from './lighthouse-function.ts';
import type { AlarmSettings } from './settings-schema.ts';
import { TABLE_ACCESS } from './table-access.ts';

const FIVE_MINUTES = Duration.minutes(5);

export interface AlarmsProps extends AlarmSettings {
  readonly deadLetterQueue: Queue;
  readonly tables: Readonly<Record<TableName, Table>>;
  readonly functions: readonly IFunction[];
  /** Whether the minute's tick runs; its silence then raises an alarm too. */
  readonly scheduleEnabled: boolean;
}

interface AlarmDefinition {
  readonly metric: IMetric;
  /** What is wrong, in one sentence. */
  readonly says: string;
  /** The anchor of its runbook entry. */
  readonly entry: string;
  /** Bad periods in a row that raise it. @default 1 */
  readonly periods?: number;
  /** Whether a period without a value counts as bad. @default false */
  readonly silenceIsBad?: boolean;
}

/** The conditions a person has to look at. Each description links its runbook entry. */
export class Alarms extends Construct {
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.#add('DlqNotEmpty', {
      metric: props.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: 'Maximum',
      }),
      says: 'Batches failed again and again and are in the dead-letter queue.',
      entry: 'dlq-not-empty',
    });
    this.#add('SweepIncomplete', {
      metric: lighthouseMetric(SweepMetric.incomplete),
      says: 'A sweep was closed without all of its batches.',
      entry: 'sweep-incomplete',
    });
    this.#add('SweepOverdue', {
      metric: lighthouseMetric(SweepMetric.overdue, { statistic: 'Maximum' }),
      says: "A sweep is still running after its deadline, or the minute's tick does not run.",
      entry: 'sweep-overdue',
      silenceIsBad: props.scheduleEnabled,
    });
    this.#add('AllInconclusive', {
      metric: lighthouseMetric(SweepMetric.inconclusive),
      says: 'A sweep reached no verdict on any of its proxies.',
      entry: 'all-inconclusive',
    });
    this.#add('TickFailing', {
      metric: lighthouseMetric(TICK_FAILURES, { service: 'fan-out' }),
      says: 'The tick keeps failing for a pool, which is not swept.',
      entry: 'tick-failing',
      periods: 2,
    });
    this.#addThrottling();
  }

  #addThrottling(): void {
    const { tables, functions } = this.#props;
    for (const [name, table] of Object.entries(tables) as [TableName, Table][]) {
      this.#add(`${name.charAt(0).toUpperCase()}${name.slice(1)}Throttled`, {
        metric: sumOf(
          operationsOn(name).map((operation) => throttledRequests(table.tableName, operation)),
        ),
        says: `DynamoDB throttles requests to the table ${name}.`,
        entry: 'throttling',
        periods: 3,
      });
    }
    this.#add('FunctionsThrottled', {
      metric: sumOf(functions.map((fn) => fn.metricThrottles({ period: FIVE_MINUTES }))),
      says: 'Lambda throttles the functions: the account has no concurrency left for them.',
      entry: 'throttling',
      periods: 3,
    });
  }

  #add(id: string, { metric, says, entry, periods = 1, silenceIsBad }: AlarmDefinition): void {
    const { runbookUrl, topicArn } = this.#props;
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: `${says} ${runbookUrl}#${entry}`,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    if (topicArn === null) return;
    const action = new SnsAction(Topic.fromTopicArn(this, `${id}Topic`, topicArn));
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

function lighthouseMetric(
  metricName: string,
  {
    service = SWEEPS_SERVICE,
    statistic = 'Sum',
  }: { readonly service?: FunctionName | typeof SWEEPS_SERVICE; readonly statistic?: string } = {},
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service },
    statistic,
    period: FIVE_MINUTES,
  });
}

/** DynamoDB counts these per table and operation ("DynamoDB metrics and dimensions"). */
function throttledRequests(tableName: string, operation: string): Metric {
  return new Metric({
    namespace: 'AWS/DynamoDB',
    metricName: 'ThrottledRequests',
    dimensionsMap: { TableName: tableName, Operation: operation },
    statistic: 'Sum',
    period: FIVE_MINUTES,
  });
}

/** The operations that functions may call on a table, each once. */
function operationsOn(table: TableName): readonly string[] {
  const actions = Object.values(TABLE_ACCESS).flatMap((grants) => grants[table]?.actions ?? []);
  return [...new Set(actions)].sort();
}

/** A sum in which a metric without a value counts as 0. */
function sumOf(metrics: readonly IMetric[]): MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric]));
  const filled = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new MathExpression({
    expression: `SUM([${filled.join(', ')}])`,
    usingMetrics,
    period: FIVE_MINUTES,
  });
}

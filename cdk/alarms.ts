import { Duration } from 'aws-cdk-lib';
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { SweepMetric, TICK_FAILURES } from '../functions/metric-names.ts';
import type { BatchQueue } from './batch-queue.ts';
import type { LighthouseFunctions } from './lighthouse-functions.ts';
import { FIVE_MINUTES, functionMetric, SUMS } from './metrics.ts';
import type { AlarmSettings } from './settings-types.ts';

export interface AlarmsProps extends AlarmSettings {
  readonly batches: BatchQueue;
  readonly functions: LighthouseFunctions;
  readonly api: HttpApi;
  /** The dimension `stack` of the functions' metrics. */
  readonly metricsStack: string;
  /** Whether the minute's tick runs; its silence then raises an alarm too. */
  readonly scheduleEnabled: boolean;
}

interface AlarmDefinition {
  /** One metric: CloudWatch charges for each that an alarm watches. */
  readonly metric: IMetric;
  /** What is wrong, in one sentence. */
  readonly says: string;
  /** The anchor of its runbook entry. */
  readonly entry: string;
  /** The value from which a period is bad. @default 1 */
  readonly threshold?: number;
  /** Bad periods in a row that raise it. @default 1 */
  readonly periods?: number;
  /** Whether a period below the threshold, or without a value, is the bad one. @default false */
  readonly silenceIsBad?: boolean;
}

/** The conditions a person has to look at. Each description links its runbook entry. */
export class Alarms extends Construct {
  /** All of them, for actions of your own. */
  readonly alarms: Alarm[] = [];
  readonly #props: AlarmsProps;
  readonly #topic: ITopic | null;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { topicArn } = props;
    this.#topic = topicArn === null ? null : Topic.fromTopicArn(this, 'Topic', topicArn);
    this.#watchQueue();
    this.#watchSweeps();
    this.#watchFunctions();
    if (props.scheduleEnabled) this.#watchTick();
  }

  #watchQueue(): void {
    const { batches, oldestBatchMinutes } = this.#props;
    this.#add('DlqNotEmpty', {
      metric: batches.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(1),
        statistic: Stats.MAXIMUM,
      }),
      says: 'Batches failed again and again and are in the dead-letter queue.',
      entry: 'dlq-not-empty',
    });
    this.#add('BatchesWaiting', {
      metric: batches.queue.metricApproximateAgeOfOldestMessage({
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      threshold: oldestBatchMinutes * 60,
      says: `The oldest batch has waited for ${oldestBatchMinutes} minutes.`,
      entry: 'batches-waiting',
    });
  }

  #watchSweeps(): void {
    const { metricsStack: stack } = this.#props;
    this.#add('SweepIncomplete', {
      metric: functionMetric(SweepMetric.incomplete, { stack }),
      says: 'A sweep was closed without all of its batches.',
      entry: 'sweep-incomplete',
    });
    this.#add('SweepOverdue', {
      metric: functionMetric(SweepMetric.overdue, { stack, statistic: 'Maximum' }),
      says: 'A sweep is still running after its deadline.',
      entry: 'sweep-overdue',
    });
    this.#add('AllInconclusive', {
      metric: functionMetric(SweepMetric.inconclusive, { stack }),
      says: 'A sweep reached no verdict on any of its proxies.',
      entry: 'all-inconclusive',
    });
    this.#add('PoolBelowLimit', {
      metric: functionMetric(SweepMetric.belowLimit, { stack, statistic: 'Maximum' }),
      says: 'A pool is less available than its own limit, alarmBelowAvailability, allows.',
      entry: 'pool-below-limit',
    });
    this.#add('TickFailing', {
      metric: functionMetric(TICK_FAILURES, { stack, service: 'fan-out' }),
      says: 'The tick keeps failing for a pool, which is not swept.',
      entry: 'tick-failing',
      periods: 2,
    });
  }

  #watchFunctions(): void {
    const { functions, api } = this.#props;
    this.#add('FanOutFailing', {
      metric: functions.fanOut.metricErrors(SUMS),
      says: 'The function that starts sweeps fails.',
      entry: 'function-failing',
    });
    this.#add('CheckerFailing', {
      metric: functions.checker.metricErrors(SUMS),
      says: 'The function that probes fails.',
      entry: 'function-failing',
    });
    // Counts the failures of the api's function too: each is answered with a 5xx.
    this.#add('ApiFailing', {
      metric: api.metricServerError(SUMS),
      says: 'The API answers requests with 5xx.',
      entry: 'api-failing',
    });
  }

  #watchTick(): void {
    // Invocations are free to count, where a metric that every tick writes would cost each month.
    this.#add('TickSilent', {
      metric: this.#props.functions.fanOut.metricInvocations(SUMS),
      says: "The minute's tick does not run, so no sweep is started, repaired or closed.",
      entry: 'tick-silent',
      silenceIsBad: true,
    });
  }

  #add(id: string, definition: AlarmDefinition): void {
    const { metric, says, entry, threshold = 1, periods = 1, silenceIsBad } = definition;
    const alarm = new Alarm(this, id, {
      metric,
      alarmDescription: `${says} ${this.#props.runbookUrl}#${entry}`,
      threshold,
      comparisonOperator: silenceIsBad
        ? ComparisonOperator.LESS_THAN_THRESHOLD
        : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: periods,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
    });
    this.alarms.push(alarm);
    if (this.#topic === null) return;
    const action = new SnsAction(this.#topic);
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
  }
}

import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import {
  ContextAttribute,
  Schedule,
  ScheduleExpression,
  ScheduleTargetInput,
} from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';

/** A tick this old is overtaken by later ones, seconds; EventBridge allows no lower value. */
const TICK_MAX_AGE_SECONDS = 60;

export interface SweepScheduleProps {
  /** Receives `{ scheduledAt }`, an ISO 8601 instant, every minute. */
  readonly target: IFunction;
  readonly enabled: boolean;
}

/**
 * The minute's tick. Its input carries the scheduled time, not the time of the call, so that a
 * repeated tick starts the same sweeps.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { target, enabled }: SweepScheduleProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    });
    role.addToPolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: [target.functionArn],
      }),
    );
    new Schedule(this, 'EveryMinute', {
      description: 'Starts the sweeps that are due.',
      schedule: ScheduleExpression.rate(Duration.minutes(1)),
      enabled,
      target: {
        bind: () => ({
          arn: target.functionArn,
          role,
          input: ScheduleTargetInput.fromObject({ scheduledAt: ContextAttribute.scheduledTime }),
          retryPolicy: { maximumEventAgeInSeconds: TICK_MAX_AGE_SECONDS, maximumRetryAttempts: 2 },
        }),
      },
    });
  }
}

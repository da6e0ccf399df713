import { Duration } from 'aws-cdk-lib';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EnvironmentName } from '../functions/environment.ts';
import type { CheckerSettings, QueueSettings } from './settings-schema.ts';

/** The queue that carries one message per batch, and the dead-letter queue behind it. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;

  constructor(scope: Construct, id: string, props: QueueSettings) {
    super(scope, id);
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(props.dlqRetentionDays),
    });
    this.queue = new Queue(this, 'Batches', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceives },
    });
  }

  /** Lets `fn` send batches. */
  grantSend(fn: LambdaFunction): void {
    fn.addEnvironment(EnvironmentName.batchQueueUrl, this.queue.queueUrl);
    this.queue.grant(fn, 'sqs:SendMessage');
  }

  /** Lets `fn` move messages from the dead-letter queue back to the queue. */
  grantRedrive(fn: LambdaFunction): void {
    this.grantSend(fn);
    fn.addEnvironment(EnvironmentName.deadLetterQueueUrl, this.deadLetterQueue.queueUrl);
    this.deadLetterQueue.grant(fn, 'sqs:ReceiveMessage', 'sqs:DeleteMessage');
  }

  /** Lets `fn` receive batches, report each failed one by itself and hide it for a while. */
  grantReceive(fn: LambdaFunction, props: CheckerSettings): void {
    fn.addEnvironment(EnvironmentName.batchQueueUrl, this.queue.queueUrl);
    fn.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: props.recordsPerInvocation,
        maxConcurrency: props.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}

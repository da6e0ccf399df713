import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { EnvironmentName } from '../functions/environment.ts';
import { grantKeyThrough } from './encryption.ts';
import type { CheckerSettings, QueueSettings } from './settings-types.ts';

export interface BatchQueueProps extends QueueSettings {
  /** Undefined for the keys of SQS. */
  readonly encryptionKey: IKey | undefined;
}

/** The queue that carries one message per batch, and the dead-letter queue behind it. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: BatchQueueProps) {
    super(scope, id);
    this.#encryptionKey = props.encryptionKey;
    const encryption = props.encryptionKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: props.encryptionKey }
      : { encryption: QueueEncryption.SQS_MANAGED };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...encryption,
      enforceSSL: true,
      retentionPeriod: Duration.days(props.dlqRetentionDays),
    });
    this.queue = new Queue(this, 'Batches', {
      ...encryption,
      enforceSSL: true,
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: props.maxReceives },
    });
  }

  /** Lets `fn` send batches. */
  grantSend(fn: LambdaFunction): void {
    fn.addEnvironment(EnvironmentName.batchQueueUrl, this.queue.queueUrl);
    this.queue.grant(fn, 'sqs:SendMessage');
    grantKeyThrough('sqs', this.#encryptionKey, fn);
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

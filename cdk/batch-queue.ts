import { Duration } from 'aws-cdk-lib';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
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

/**
 * Receives that a message may spend waiting for its turn. The checker counts failed receives itself;
 * this is for messages that no checker lives long enough to count.
 */
const RECEIVES_TO_WAIT = 100;

/**
 * The time for which an event source collects messages, so that checkers start with several. With
 * little traffic Lambda may take up to 20 s then ("Using Lambda with Amazon SQS", batch windows).
 */
const BATCHING_WINDOW = Duration.seconds(1);

/** The receives after which SQS itself moves a message to the dead-letter queue. */
export function backstopReceives({ maxReceives }: Pick<QueueSettings, 'maxReceives'>): number {
  return maxReceives + RECEIVES_TO_WAIT;
}

/**
 * How long SQS keeps a message, at most ("Amazon SQS quotas"): a message that no checker lives long
 * enough to count needs the backstop's receives, a visibility timeout each, to be a dead letter.
 */
const RETENTION = Duration.days(14);

/** A queue whose event source grants nothing but its calls: not the use of the key by itself. */
class ReceivedQueue extends Queue {
  override grantConsumeMessages(grantee: IGrantable): Grant {
    return this.grant(
      grantee,
      'sqs:ReceiveMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueUrl',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
    );
  }
}

/** The queue that carries one message per batch, and the dead-letter queue behind it. */
export class BatchQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly #maxReceives: number;
  readonly #encryptionKey: IKey | undefined;

  constructor(scope: Construct, id: string, props: BatchQueueProps) {
    super(scope, id);
    this.#maxReceives = props.maxReceives;
    this.#encryptionKey = props.encryptionKey;
    const encryption = props.encryptionKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: props.encryptionKey }
      : { encryption: QueueEncryption.SQS_MANAGED };
    this.deadLetterQueue = new Queue(this, 'DeadLetters', {
      ...encryption,
      enforceSSL: true,
      retentionPeriod: Duration.days(props.dlqRetentionDays),
    });
    this.queue = new ReceivedQueue(this, 'Batches', {
      ...encryption,
      enforceSSL: true,
      retentionPeriod: RETENTION,
      visibilityTimeout: Duration.seconds(props.visibilityTimeoutSeconds),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: backstopReceives(props) },
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

  /**
   * Lets `fn` receive batches, report each failed one by itself, hide it for a while and, when it
   * has failed too often, put it into the dead-letter queue.
   */
  grantReceive(fn: LambdaFunction, props: CheckerSettings): void {
    fn.addEnvironment(EnvironmentName.batchQueueUrl, this.queue.queueUrl);
    fn.addEnvironment(EnvironmentName.deadLetterQueueUrl, this.deadLetterQueue.queueUrl);
    fn.addEnvironment(EnvironmentName.maxReceives, String(this.#maxReceives));
    this.deadLetterQueue.grant(fn, 'sqs:SendMessage');
    grantKeyThrough('sqs', this.#encryptionKey, fn);
    fn.addEventSource(
      new SqsEventSource(this.queue, {
        batchSize: props.recordsPerInvocation,
        maxBatchingWindow: BATCHING_WINDOW,
        maxConcurrency: props.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }
}

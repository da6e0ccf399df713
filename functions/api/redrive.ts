import {
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** The most messages of one ReceiveMessage ("Amazon SQS message quotas"). */
const MESSAGES_PER_RECEIVE = 10;
/** The most receives of one redrive: 500 messages take a few seconds of the api's 29. */
const MAX_RECEIVES = 50;
/** With a wait, however short, SQS asks all its servers ("Amazon SQS short and long polling"). */
const WAIT_SECONDS = 1;

export interface RedriveOptions {
  readonly client: SQSClient;
  readonly deadLetterQueueUrl: string;
  readonly queueUrl: string;
  /** Called when a message cannot be moved; it stays, hidden for the visibility timeout. */
  readonly onFailed: (error: unknown) => void;
}

interface RedriveOutcome {
  /** Messages that are in the queue again and no longer in the dead-letter queue. */
  readonly moved: number;
  /** Whether there may be more to move. */
  readonly more: boolean;
}

export type Redrive = () => Promise<RedriveOutcome>;

/**
 * Moves messages from the dead-letter queue back to the queue, a bounded number per call. Each is
 * sent before it is deleted: a crash in between leaves one message too many, which does no harm.
 * SQS can do this itself (StartMessageMoveTask), but without a bound, and not in the local stack.
 */
export function createRedrive(options: RedriveOptions): Redrive {
  const { client, deadLetterQueueUrl, onFailed } = options;
  return async () => {
    let moved = 0;
    let failed = 0;
    for (let receives = 0; receives < MAX_RECEIVES; receives++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({
          QueueUrl: deadLetterQueueUrl,
          MaxNumberOfMessages: MESSAGES_PER_RECEIVE,
          WaitTimeSeconds: WAIT_SECONDS,
        }),
      );
      if (Messages.length === 0) return { moved, more: failed > 0 };
      const outcomes = await Promise.allSettled(Messages.map((each) => move(options, each)));
      for (const outcome of outcomes) {
        if (outcome.status === 'fulfilled') moved += 1;
        else {
          failed += 1;
          onFailed(outcome.reason);
        }
      }
    }
    return { moved, more: true };
  };
}

async function move(
  { client, deadLetterQueueUrl, queueUrl }: RedriveOptions,
  { Body, ReceiptHandle }: Message,
): Promise<void> {
  await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: Body }));
  await client.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }));
}

import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { LOCAL_ACCOUNT, LOCAL_REGION } from '../../../src/local/template/physical-names.ts';

/** What a test of the rules asks of an emulator of SQS. */
export interface QueueService {
  readonly client: SQSClient;
  readonly url: string;
}

/** A queue of its own for one test; each call is one call of SQS. */
export class TestQueue {
  readonly #client: SQSClient;
  readonly url: string;
  readonly arn: string;

  private constructor({ client, url }: QueueService, name: string) {
    this.#client = client;
    // The host that some emulators hand out does not resolve.
    this.url = `${url}/${LOCAL_ACCOUNT}/${name}`;
    this.arn = `arn:aws:sqs:${LOCAL_REGION}:${LOCAL_ACCOUNT}:${name}`;
  }

  static async create(
    service: QueueService,
    attributes: Readonly<Record<string, string>> = {},
  ): Promise<TestQueue> {
    const name = `queue-${randomUUID()}`;
    const command = new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes } });
    await service.client.send(command);
    return new TestQueue(service, name);
  }

  send(
    body: string,
    attributes: Readonly<Record<string, MessageAttributeValue>> = {},
  ): Promise<unknown> {
    const message = { QueueUrl: this.url, MessageBody: body, MessageAttributes: { ...attributes } };
    return this.#client.send(new SendMessageCommand(message));
  }

  sendBatch(bodies: readonly string[]) {
    const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
    return this.#client.send(new SendMessageBatchCommand({ QueueUrl: this.url, Entries }));
  }

  /** @param waitSeconds how long SQS waits for the first message. @default 0 */
  async receive(waitSeconds = 0): Promise<readonly Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: waitSeconds,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    return (await this.#client.send(command)).Messages ?? [];
  }

  /** The one message that is to be there. */
  async receiveOne(): Promise<Message> {
    const messages = await this.receive(1);
    const [message] = messages;
    if (message === undefined || messages.length > 1) {
      throw new Error(`${messages.length} messages are visible instead of 1`);
    }
    return message;
  }

  hide({ ReceiptHandle }: Message, seconds: number): Promise<unknown> {
    const change = { QueueUrl: this.url, ReceiptHandle, VisibilityTimeout: seconds };
    return this.#client.send(new ChangeMessageVisibilityCommand(change));
  }

  hideBatch(handles: readonly string[], seconds: number) {
    const Entries = handles.map((ReceiptHandle, index) => ({
      Id: String(index),
      ReceiptHandle,
      VisibilityTimeout: seconds,
    }));
    const batch = { QueueUrl: this.url, Entries };
    return this.#client.send(new ChangeMessageVisibilityBatchCommand(batch));
  }

  delete({ ReceiptHandle }: Message): Promise<unknown> {
    return this.#client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle }));
  }

  deleteBatch(handles: readonly string[]) {
    const Entries = handles.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
    return this.#client.send(new DeleteMessageBatchCommand({ QueueUrl: this.url, Entries }));
  }

  /** How many messages are visible, and how many are hidden. */
  async count(): Promise<{ readonly visible: number; readonly hidden: number }> {
    const command = new GetQueueAttributesCommand({ QueueUrl: this.url, AttributeNames: ['All'] });
    const { Attributes } = await this.#client.send(command);
    return {
      visible: Number(Attributes?.ApproximateNumberOfMessages),
      hidden: Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
    };
  }
}

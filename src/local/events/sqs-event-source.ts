import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { waitFor } from '../../async/wait-for.ts';
import type { LocalFunction } from '../functions/local-function.ts';
import type { SqsEventSourceSettings } from './event-source-settings.ts';
import { failedMessageIds, sqsEvent } from './sqs-event.ts';

/** The longest poll SQS allows, seconds. AWS: "Amazon SQS short and long polling". */
const LONG_POLL_SECONDS = 20;
/** How long polling pauses after the queue could not be reached, ms. */
const ERROR_PAUSE_MS = 1_000;

export interface SqsEventSourceDependencies {
  readonly sqs: SQSClient;
  readonly queueUrl: string;
  readonly target: LocalFunction;
  readonly log: (line: string) => void;
}

/**
 * Feeds a queue's messages to a function, those that come within the batching window together. It
 * receives only when an invocation can start and deletes the messages the function has done; those
 * that failed become visible again after their timeout.
 */
export class SqsEventSource {
  readonly #settings: SqsEventSourceSettings;
  readonly #dependencies: SqsEventSourceDependencies;
  readonly #stop = new AbortController();
  readonly #inFlight = new Set<Promise<void>>();
  readonly #polling: Promise<void>;

  constructor(settings: SqsEventSourceSettings, dependencies: SqsEventSourceDependencies) {
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.#polling = settings.enabled ? this.#poll() : Promise.resolve();
  }

  /** Stops receiving. Running invocations continue until their function is stopped. */
  stop(): void {
    this.#stop.abort();
  }

  /** Settles after `stop`, once the last invocation has ended and its messages are dealt with. */
  async drained(): Promise<void> {
    await this.#polling;
    await Promise.all(this.#inFlight);
  }

  async #poll(): Promise<void> {
    const { target } = this.#dependencies;
    const limit = Math.min(this.#settings.maximumConcurrency, target.settings.concurrency);
    while (!this.#stop.signal.aborted) {
      if (this.#inFlight.size >= limit) {
        await Promise.race(this.#inFlight);
        continue;
      }
      const messages = await this.#collect();
      if (messages.length === 0) continue;
      const done = this.#deliver(messages);
      this.#inFlight.add(done);
      done.then(() => this.#inFlight.delete(done));
    }
  }

  /** Receives until there are as many records as an invocation takes, or the window is over. */
  async #collect(): Promise<readonly Message[]> {
    const { batchSize, batchingWindowSeconds } = this.#settings;
    const messages = [...(await this.#receive(batchSize, LONG_POLL_SECONDS))];
    const endsAt = performance.now() + batchingWindowSeconds * 1000;
    while (messages.length > 0 && messages.length < batchSize && !this.#stop.signal.aborted) {
      const leftSeconds = Math.ceil((endsAt - performance.now()) / 1000);
      if (leftSeconds <= 0) break;
      messages.push(...(await this.#receive(batchSize - messages.length, leftSeconds)));
    }
    return messages;
  }

  async #receive(most: number, waitSeconds: number): Promise<readonly Message[]> {
    const { sqs, queueUrl } = this.#dependencies;
    const abortSignal = this.#stop.signal;
    try {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: most,
        WaitTimeSeconds: Math.min(waitSeconds, LONG_POLL_SECONDS),
        MessageAttributeNames: ['All'],
        MessageSystemAttributeNames: ['All'],
      });
      return (await sqs.send(command, { abortSignal })).Messages ?? [];
    } catch (error) {
      if (abortSignal.aborted) return [];
      this.#log(`cannot receive: ${String(error)}`);
      await waitFor(ERROR_PAUSE_MS, abortSignal);
      return [];
    }
  }

  async #deliver(messages: readonly Message[]): Promise<void> {
    const { target } = this.#dependencies;
    try {
      const outcome = await target.invoke(sqsEvent(messages, this.#settings.queueArn));
      if (!outcome.ok) return;
      const ids = messages.map((message) => message.MessageId ?? '');
      const failed = this.#settings.reportsBatchItemFailures
        ? failedMessageIds(outcome.payload, ids)
        : new Set<string>();
      await this.#delete(messages.filter(({ MessageId = '' }) => !failed.has(MessageId)));
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log(`cannot deliver: ${String(error)}`);
    }
  }

  async #delete(messages: readonly Message[]): Promise<void> {
    if (messages.length === 0) return;
    const { sqs, queueUrl } = this.#dependencies;
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: queueUrl,
        Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle })),
      }),
    );
  }

  #log(line: string): void {
    this.#dependencies.log(`[${this.#settings.logicalId}] ${line}`);
  }
}

import { createRandom } from '../random.ts';

/** A received message. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly body: string;
  readonly receives: number;
}

interface Message {
  readonly messageId: string;
  readonly body: string;
  receives: number;
  visibleAt: number;
}

export interface VirtualQueueOptions {
  readonly visibilityTimeoutMs: number;
  /** Receives after which the queue itself moves a message to its dead-letter queue. */
  readonly maxReceiveCount: number;
  readonly seed?: number;
}

/** A queue that follows SQS's rules on the time of `Date`, which a test may fake. */
export class VirtualQueue {
  readonly #options: VirtualQueueOptions;
  readonly #messages = new Map<string, Message>();
  readonly #random;
  /** The bodies that were moved to the dead-letter queue, in order. */
  readonly deadLetters: string[] = [];
  /** How often each message was received. */
  readonly receives = new Map<string, number>();
  #sent = 0;

  constructor(options: VirtualQueueOptions) {
    this.#options = options;
    this.#random = createRandom(options.seed ?? 1);
  }

  get size(): number {
    return this.#messages.size;
  }

  get sent(): number {
    return this.#sent;
  }

  send(body: string): void {
    this.#sent += 1;
    const messageId = `message-${this.#sent}`;
    this.#messages.set(messageId, { messageId, body, receives: 0, visibleAt: Date.now() });
  }

  /** Receives some of the visible messages, in no order. */
  receive(most: number): ReceivedMessage[] {
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= Date.now());
    const received: ReceivedMessage[] = [];
    while (received.length < most && visible.length > 0) {
      const [message] = visible.splice(this.#random.between(0, visible.length), 1);
      if (message && this.#count(message)) received.push({ ...message });
    }
    return received;
  }

  hide(messageId: string, seconds: number): void {
    const message = this.#messages.get(messageId);
    if (message) message.visibleAt = Date.now() + seconds * 1000;
  }

  delete(messageId: string): void {
    this.#messages.delete(messageId);
  }

  #count(message: Message): boolean {
    const { visibilityTimeoutMs, maxReceiveCount } = this.#options;
    message.receives += 1;
    this.receives.set(message.messageId, message.receives);
    message.visibleAt = Date.now() + visibilityTimeoutMs;
    if (message.receives <= maxReceiveCount) return true;
    this.deadLetters.push(message.body);
    this.#messages.delete(message.messageId);
    return false;
  }
}

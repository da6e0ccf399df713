import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../clock.ts';
import type { LocalTable } from './local-tables.ts';

/** The least wait between two passes, ms. DynamoDB itself takes up to a few days. */
const LEAST_WAIT_MS = 60_000;
/** The wait in multiples of what the last pass took, so that large tables cost little. */
const WAIT_PER_PASS_TIME = 20;

export interface TtlSweeperDependencies {
  readonly dynamodb: DynamoDBClient;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}

/** Deletes expired items, since the embedded DynamoDB does not. */
export class TtlSweeper {
  readonly #tables: readonly LocalTable[];
  readonly #dependencies: TtlSweeperDependencies;
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(tables: readonly LocalTable[], dependencies: TtlSweeperDependencies) {
    this.#tables = tables.filter((table) => table.ttlAttribute !== null);
    this.#dependencies = dependencies;
    this.#arm(LEAST_WAIT_MS);
  }

  /** Passes over every table once; settles when the expired items are gone. */
  sweep(): Promise<void> {
    this.#running = this.#running
      .then(() => this.#sweepAll())
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#dependencies.log(`[ttl] ${String(error)}`);
      });
    return this.#running;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #arm(waitMs: number): void {
    const { clock } = this.#dependencies;
    this.#timer = setTimeout(async () => {
      const startedAt = clock.monotonic();
      await this.sweep();
      const tookMs = clock.monotonic() - startedAt;
      if (!this.#stop.signal.aborted)
        this.#arm(Math.max(LEAST_WAIT_MS, tookMs * WAIT_PER_PASS_TIME));
    }, waitMs);
  }

  async #sweepAll(): Promise<void> {
    for (const table of this.#tables) await this.#sweepTable(table);
  }

  async #sweepTable({ name, keyAttributes, ttlAttribute }: LocalTable): Promise<void> {
    const { dynamodb, clock } = this.#dependencies;
    const now: AttributeValue = { N: String(Math.floor(clock.now() / 1000)) };
    const expired = {
      ExpressionAttributeNames: { '#ttl': ttlAttribute ?? '' },
      ExpressionAttributeValues: { ':now': now },
    };
    const pages = paginateScan(
      { client: dynamodb },
      { TableName: name, FilterExpression: '#ttl < :now', ...expired },
      { abortSignal: this.#stop.signal },
    );
    for await (const { Items = [] } of pages) {
      for (const item of Items) {
        const key = Object.fromEntries(
          keyAttributes.flatMap((attribute) => {
            const value = item[attribute];
            return value === undefined ? [] : [[attribute, value]];
          }),
        );
        await this.#deleteIfExpired({ TableName: name, Key: key, ...expired });
      }
    }
  }

  async #deleteIfExpired(input: {
    readonly TableName: string;
    readonly Key: Record<string, AttributeValue>;
    readonly ExpressionAttributeNames: Record<string, string>;
    readonly ExpressionAttributeValues: Record<string, AttributeValue>;
  }): Promise<void> {
    try {
      const command = new DeleteItemCommand({ ...input, ConditionExpression: '#ttl < :now' });
      await this.#dependencies.dynamodb.send(command, { abortSignal: this.#stop.signal });
    } catch (error) {
      const renewed = error instanceof Error && error.name === 'ConditionalCheckFailedException';
      if (!renewed) throw error;
    }
  }
}

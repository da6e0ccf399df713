import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import { systemClock } from '../../../src/clock.ts';
import { localAuthorization } from '../../../src/local/credentials.ts';
import { startTarget, type Target } from '../../../src/local/fleet/index.ts';
import type { LocalStack } from '../../../src/local/local-stack.ts';
import { DynamoDbStorage } from '../../../src/storage/dynamodb.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import {
  type DynamoDbTap,
  startDynamoDbTap,
  type TappedRequest,
} from '../../support/storage/dynamodb-tap.ts';
import { type FaultyEndpoint, startFaultyEndpoint } from '../../support/storage/faulty-endpoint.ts';
import { until } from '../../support/until.ts';
import { startWholeStack, type WholeStack } from '../../support/whole-stack.ts';
import { processAtOtherEnd } from './process-at-other-end.ts';

/** One service behind a tap and an endpoint that causes faults by script. */
interface FaultyService {
  readonly tap: DynamoDbTap;
  readonly faulty: FaultyEndpoint;
}

/** A message in a queue, received or not. */
export interface QueuedMessage {
  readonly body: string;
  readonly receives: number;
}

/** The whole stack with small settings, and the means to cause and observe faults. */
export interface FaultStack extends AsyncDisposable {
  readonly whole: WholeStack;
  readonly dynamodb: FaultyService;
  readonly sqs: FaultyService;
  readonly target: Target;
  /** Reads the stored data, bypassing the faults. */
  readonly storage: Storage;
  readonly sqsClient: SQSClient;
  /** A policy that gives a probe two of a checker's four seconds, for a busy machine. */
  policy(pool: string): object;
  /** Kills the function's process that made a request, and settles when it is dead. */
  kill(request: TappedRequest): Promise<void>;
  /** Whether fan-out made a request; now and then false although it did. */
  isOfFanOut(request: TappedRequest): boolean;
  /** The pool a request to DynamoDB is about. */
  poolOf(request: TappedRequest): string | undefined;
  /** The messages in a queue, both waiting and in flight. */
  messagesIn(queue: 'batches' | 'deadLetters'): Promise<readonly QueuedMessage[]>;
}

export interface FaultStackOptions {
  readonly checker?: Readonly<Record<string, number>>;
  /** Whether calls to DynamoDB go through tap and faults, which slows them down. @default true */
  readonly tapsDynamodb?: boolean;
  /** @default a second each, so that a killed fan-out is retried soon */
  readonly asyncRetryDelaysMs?: readonly number[];
}

export async function startFaultStack({
  checker = {},
  tapsDynamodb = true,
  asyncRetryDelaysMs = [1000, 1000],
}: FaultStackOptions = {}): Promise<FaultStack> {
  await using starting = new AsyncDisposableStack();
  const stand = async (url: string): Promise<FaultyService> => {
    const faulty = starting.use(await startFaultyEndpoint(url));
    return { faulty, tap: starting.use(await startDynamoDbTap(faulty.endpoint)) };
  };
  const target = await startTarget();
  starting.defer(() => target.close());
  let services: { dynamodb: FaultyService; sqs: FaultyService } | undefined;
  const whole = starting.use(
    await startWholeStack({
      small: { checkerTimeoutSeconds: 4, visibilityTimeoutSeconds: 24 },
      checker,
      asyncRetryDelaysMs,
      async functionEndpoints(real) {
        services = { dynamodb: await stand(real.dynamodb), sqs: await stand(real.sqs) };
        const dynamodb = tapsDynamodb ? services.dynamodb.tap.url : real.dynamodb;
        return { ...real, dynamodb, sqs: services.sqs.tap.url };
      },
    }),
  );
  if (services === undefined) throw new Error('the functions were not given their endpoints');
  const { endpoints, credentials, tableNames, queueUrls } = whole.stack;
  const common = { region: 'us-east-1', credentials };
  const client = new DynamoDBClient({ ...common, endpoint: endpoints.dynamodb });
  const sqsClient = new SQSClient({ ...common, endpoint: endpoints.sqs });
  starting.defer(() => client.destroy());
  starting.defer(() => sqsClient.destroy());
  const tables = tableNames as Record<'pools' | 'proxies' | 'results' | 'sweeps', string>;
  const { dynamodb } = services;
  const all = starting.move();
  return {
    whole,
    ...services,
    target,
    storage: new DynamoDbStorage({ client, tables, clock: systemClock }),
    sqsClient,
    policy: (pool) => ({
      options: { targetUrl: `${target.url}${pool}`, timeoutMs: 2_000 },
      control: false,
    }),
    async kill({ socket }) {
      const pids = () => Object.values(whole.stack.functions()).flatMap((each) => each.pids);
      // On a busy machine the process may have timed out meanwhile; then it is dead already.
      await until(
        () => {
          if (socket.destroyed) return true;
          const pid = processAtOtherEnd(socket, pids());
          if (pid !== undefined) process.kill(pid, 'SIGKILL');
          return false;
        },
        { intervalMs: 10 },
      );
    },
    isOfFanOut({ socket }) {
      const pids = whole.stack.functions().fanOut?.pids ?? [];
      return processAtOtherEnd(socket, pids) !== undefined;
    },
    poolOf: (request) => poolOf(request, dynamodb.tap.requests),
    messagesIn: (queue) => inspectQueue(whole.stack, queueUrls[queue] ?? ''),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

type Attributes = Readonly<Record<string, { readonly S?: string } | undefined>>;

function poolOf({ input }: TappedRequest, requests: readonly TappedRequest[]): string | undefined {
  const { poolName, batchKey, sweepId } = {
    ...(input.Item as Attributes),
    ...(input.Key as Attributes),
  };
  if (poolName?.S) return poolName.S;
  if (batchKey?.S) return batchKey.S.split('#')[0];
  // The summary of a sweep names its pool.
  const summary = requests.find(
    (each) =>
      each.operation === 'PutItem' &&
      (each.input.Item as Attributes).sweepId?.S === sweepId?.S &&
      (each.input.Item as Attributes).part?.S === 'summary',
  );
  return sweepId && (summary?.input.Item as Attributes | undefined)?.poolName?.S;
}

interface QueueInspection {
  readonly messages: {
    readonly ready: readonly InspectedMessage[];
    readonly inflight: readonly { readonly message: InspectedMessage }[];
  };
}

interface InspectedMessage {
  readonly body: string;
  readonly approximateReceiveCount: number;
}

async function inspectQueue(
  { endpoints, credentials }: Pick<LocalStack, 'endpoints' | 'credentials'>,
  queueUrl: string,
): Promise<readonly QueuedMessage[]> {
  const url = `${endpoints.sqs}/_fauxqs/queues/${queueUrl.split('/').at(-1)}`;
  const response = await fetch(url, {
    headers: { authorization: localAuthorization(credentials) },
  });
  const { messages } = (await response.json()) as QueueInspection;
  const all = [...messages.ready, ...messages.inflight.map(({ message }) => message)];
  return all.map(({ body, approximateReceiveCount }) => ({
    body,
    receives: approximateReceiveCount,
  }));
}

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import * as z from 'zod/mini';
import { type Clock, systemClock } from '../src/clock.ts';
import { DEFAULT_SWEEP_LIMITS, type SweepLimits } from '../src/model/sweep-limits.ts';
import { createRetryStrategy, DynamoDbStorage } from '../src/storage/dynamodb.ts';
import type { Storage } from '../src/storage/storage.ts';
import type { PublishEvents } from '../src/sweeps/record/sweep-events.ts';
import { countSweeps } from './count-sweeps.ts';
import { EnvironmentName } from './environment.ts';
import { createEventPublisher } from './event-publisher.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';

/** The collaborators of every function, made once per cold start. */
export interface Runtime {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly limits: SweepLimits;
  readonly publishEvents: PublishEvents;
  readonly allowPrivateAddresses: boolean;
  readonly telemetry: Telemetry;
  /**
   * The value of a variable that only some functions have.
   *
   * @throws {Error} when it is not set
   */
  readonly requireVariable: (name: EnvironmentName) => string;
  /**
   * The same for a whole number above 0.
   *
   * @throws {Error} when it is not set, or not such a number
   */
  readonly requireCount: (name: EnvironmentName) => number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const CONNECTION_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 5_000;
/** Sockets to the tables and to the bus; most of Lambda's 1,024 descriptors are for the probes. */
const MAX_SOCKETS = 100;
const MAX_EVENT_SOCKETS = 16;
/** A bus that hangs must not take a checker's time from the batches that have no events. */
const MAX_EVENT_ATTEMPTS = 3;

const text = z.string().check(z.minLength(1));
const count = z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number));
const commonSchema = z.object({
  [EnvironmentName.poolsTable]: text,
  [EnvironmentName.proxiesTable]: text,
  [EnvironmentName.resultsTable]: text,
  [EnvironmentName.sweepsTable]: text,
  [EnvironmentName.eventBusName]: text,
  [EnvironmentName.checkerTimeoutSeconds]: count,
  [EnvironmentName.visibilityTimeoutSeconds]: count,
  [EnvironmentName.checkerConcurrency]: count,
  [EnvironmentName.maxInFlight]: count,
  [EnvironmentName.maxInFlightPerHost]: count,
  [EnvironmentName.metricsStack]: text,
  [EnvironmentName.allowPrivateAddresses]: z.optional(z.string()),
});
type CommonVariables = z.infer<typeof commonSchema>;

/**
 * Reads the environment and makes the clients. Nothing else in the functions reads `process.env`.
 *
 * @throws {Error} when variables are missing or malformed; the message names each
 */
export function createRuntime(environment: Environment = process.env): Runtime {
  const parsed = commonSchema.safeParse(environment);
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join('.'));
    throw new Error(`environment variables missing or malformed: ${names.join(', ')}`);
  }
  // Lambda says the level of its own filter, which stays at INFO since metrics are lines of INFO. The
  // logger would take it for its own.
  delete process.env.AWS_LAMBDA_LOG_LEVEL;
  const telemetry = createTelemetry(parsed.data[EnvironmentName.metricsStack]);
  const publishEvents = createEventPublisher({
    client: new EventBridgeClient({
      retryStrategy: createRetryStrategy({ maxAttempts: MAX_EVENT_ATTEMPTS }),
      requestHandler: requestHandlerOf(MAX_EVENT_SOCKETS),
    }),
    busName: parsed.data[EnvironmentName.eventBusName],
  });
  return {
    storage: createStorage(parsed.data),
    clock: systemClock,
    limits: limitsOf(parsed.data),
    publishEvents: countSweeps(telemetry, publishEvents),
    allowPrivateAddresses: parsed.data[EnvironmentName.allowPrivateAddresses] === 'true',
    telemetry,
    requireVariable: (name) => requireVariable(environment, name),
    requireCount: (name) => {
      const value = requireVariable(environment, name);
      if (/^[1-9]\d*$/.test(value)) return Number(value);
      throw new Error(`environment variable ${name} must be a whole number above 0, not ${value}`);
    },
  };
}

function requireVariable(environment: Environment, name: EnvironmentName): string {
  const value = environment[name];
  if (!value) throw new Error(`environment variable missing: ${name}`);
  return value;
}

/** Time limits of a service's client, and the most sockets it may have. */
export function requestHandlerOf(maxSockets: number) {
  return {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    httpAgent: { maxSockets },
    httpsAgent: { maxSockets },
  };
}

function createStorage(variables: CommonVariables): Storage {
  const client = new DynamoDBClient({
    retryStrategy: createRetryStrategy(),
    requestHandler: requestHandlerOf(MAX_SOCKETS),
  });
  // It copies every item for a log that nobody has set: a tenth of the CPU time of reading.
  client.middlewareStack.remove('loggerMiddleware');
  return new DynamoDbStorage({
    client,
    tables: {
      pools: variables[EnvironmentName.poolsTable],
      proxies: variables[EnvironmentName.proxiesTable],
      results: variables[EnvironmentName.resultsTable],
      sweeps: variables[EnvironmentName.sweepsTable],
    },
  });
}

function limitsOf(variables: CommonVariables): SweepLimits {
  return {
    ...DEFAULT_SWEEP_LIMITS,
    checkerTimeoutMs: variables[EnvironmentName.checkerTimeoutSeconds] * 1000,
    visibilityTimeoutMs: variables[EnvironmentName.visibilityTimeoutSeconds] * 1000,
    concurrency: variables[EnvironmentName.checkerConcurrency],
    maxInFlight: variables[EnvironmentName.maxInFlight],
    maxInFlightPerHost: variables[EnvironmentName.maxInFlightPerHost],
  };
}

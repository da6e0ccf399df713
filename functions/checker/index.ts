import { SQSClient } from '@aws-sdk/client-sqs';
import { HealthChecker } from '../../src/health/health-checker.ts';
import { EnvironmentName } from '../environment.ts';
import { createRuntime, requestHandlerOf } from '../runtime.ts';
import { registerStrategies } from '../strategies.ts';
import { createCheckerQueue } from './checker-queue.ts';
import { createCheckerHandler } from './handler.ts';

/** One for each record of an invocation. */
const MAX_SQS_SOCKETS = 10;

const runtime = createRuntime();
const { allowPrivateAddresses, clock, limits } = runtime;

const checker = new HealthChecker({
  allowPrivateAddresses,
  clock,
  maxInFlightPerHost: limits.maxInFlightPerHost,
});
registerStrategies(checker);

export const handler = createCheckerHandler({
  ...runtime,
  checker,
  maxReceives: runtime.requireCount(EnvironmentName.maxReceives),
  queue: createCheckerQueue({
    client: new SQSClient({ requestHandler: requestHandlerOf(MAX_SQS_SOCKETS) }),
    queueUrl: runtime.requireVariable(EnvironmentName.batchQueueUrl),
    deadLetterQueueUrl: runtime.requireVariable(EnvironmentName.deadLetterQueueUrl),
  }),
});

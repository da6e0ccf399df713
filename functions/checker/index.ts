import { SQSClient } from '@aws-sdk/client-sqs';
import { HealthChecker } from '../../src/health/health-checker.ts';
import { createBatchSender } from '../batch-sender.ts';
import { EnvironmentName } from '../environment.ts';
import { createRuntime } from '../runtime.ts';
import { registerStrategies } from '../strategies.ts';
import { createCheckerHandler } from './handler.ts';
import { hideFailedRecords } from './hide-failed-records.ts';

const runtime = createRuntime();
const { allowPrivateAddresses, clock, limits } = runtime;
const sqs = {
  client: new SQSClient(),
  queueUrl: runtime.requireVariable(EnvironmentName.batchQueueUrl),
};

const checker = new HealthChecker({
  allowPrivateAddresses,
  clock,
  maxInFlightPerHost: limits.maxInFlightPerHost,
});
registerStrategies(checker);

export const handler = createCheckerHandler({
  ...runtime,
  checker,
  resend: createBatchSender(sqs),
  hideRecords: (records) => hideFailedRecords(sqs, records),
});

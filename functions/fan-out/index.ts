import { SQSClient } from '@aws-sdk/client-sqs';
import { createBatchSender } from '../batch-sender.ts';
import { EnvironmentName } from '../environment.ts';
import { createRuntime } from '../runtime.ts';
import { addCount } from '../telemetry.ts';
import { createFanOutHandler } from './handler.ts';

const runtime = createRuntime();
const { metrics } = runtime.telemetry;

export const handler = createFanOutHandler({
  ...runtime,
  sendBatches: createBatchSender({
    client: new SQSClient(),
    queueUrl: runtime.requireVariable(EnvironmentName.batchQueueUrl),
    onResend: (entries) => addCount(metrics, 'BatchSendsRetried', entries),
  }),
});

import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ProxyManager } from '../../src/leases/proxy-manager.ts';
import { EnvironmentName } from '../environment.ts';
import { createRuntime } from '../runtime.ts';
import { EXTRA_PROTOCOLS } from '../strategies.ts';
import { toError } from '../telemetry.ts';
import { createDispatchRequest } from './dispatch-request.ts';
import { createApiHandler } from './handler.ts';
import { createRedrive } from './redrive.ts';

const runtime = createRuntime();

export const handler = createApiHandler({
  ...runtime,
  extraProtocols: EXTRA_PROTOCOLS,
  proxyManager: new ProxyManager({
    ...runtime,
    onError: (error) =>
      runtime.telemetry.logger.warn('a side task of leasing failed', {
        error: toError(error),
      }),
  }),
  requestDispatch: createDispatchRequest({
    client: new LambdaClient(),
    functionName: runtime.requireVariable(EnvironmentName.fanOutFunction),
  }),
  redrive: createRedrive({
    client: new SQSClient(),
    deadLetterQueueUrl: runtime.requireVariable(EnvironmentName.deadLetterQueueUrl),
    queueUrl: runtime.requireVariable(EnvironmentName.batchQueueUrl),
    onFailed: (error) =>
      runtime.telemetry.logger.warn('a message was not moved', { error: toError(error) }),
  }),
});

import { LambdaClient } from '@aws-sdk/client-lambda';
import { EnvironmentName } from '../environment.ts';
import { createRuntime } from '../runtime.ts';
import { EXTRA_PROTOCOLS } from '../strategies.ts';
import { createDispatchRequest } from './dispatch-request.ts';
import { createApiHandler } from './handler.ts';

const runtime = createRuntime();

export const handler = createApiHandler({
  ...runtime,
  extraProtocols: EXTRA_PROTOCOLS,
  requestDispatch: createDispatchRequest({
    client: new LambdaClient(),
    functionName: runtime.requireVariable(EnvironmentName.fanOutFunction),
  }),
});

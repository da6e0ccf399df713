import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import { LighthouseError } from '../../src/errors.ts';
import { FORMAT } from '../../src/model/format.ts';

/** Lambda's answer to an asynchronous invocation it has queued. */
const QUEUED = 202;

export interface DispatchRequestOptions {
  readonly client: LambdaClient;
  /** Name or ARN of the fan-out function. */
  readonly functionName: string;
}

/** Asks for the batches of a sweep to be sent, without waiting until they are. */
export type RequestDispatch = (sweepId: string) => Promise<void>;

/** Requests dispatches by invoking the fan-out asynchronously. */
export function createDispatchRequest({
  client,
  functionName,
}: DispatchRequestOptions): RequestDispatch {
  return async (sweepId) => {
    const { StatusCode } = await client.send(
      new InvokeCommand({
        FunctionName: functionName,
        InvocationType: 'Event',
        Payload: JSON.stringify({ format: FORMAT, sweepId }),
      }),
    );
    if (StatusCode !== QUEUED) {
      throw new LighthouseError('dispatch_failed', `Lambda answered ${StatusCode}, not ${QUEUED}`);
    }
  };
}

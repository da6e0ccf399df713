import {
  CloudFormationClient,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { InvalidInputError, NotFoundError } from '../../../errors.ts';
import { explainCloudFormation, type StackQuery, unreachable } from './cloudformation-errors.ts';

/** What CloudFormation says of a deployed stack. */
export interface DeployedStack {
  readonly apiUrl: URL;
  /** `arn:aws:cloudformation:REGION:ACCOUNT:stack/NAME/UUID` */
  readonly stackId: string;
}

/** AWS: "DescribeStacks", `StackName`; an ARN is as long as 2,048 characters. */
const STACK_NAME = /^(?:[a-zA-Z][-a-zA-Z0-9]{0,127}|arn:[-a-z]+:cloudformation:[^\s]{1,2000})$/;

/**
 * The name of the output with the address of the API. A construct inside somebody's stack puts its
 * path before it, and the CDK eight digits of a hash after that.
 */
const API_OUTPUT = /ApiUrl(?:[0-9A-F]{8})?$/;

/** How long a connection, and the answer of CloudFormation with all repetitions, may take, ms. */
const CONNECT_TIMEOUT_MS = 5_000;
const DEADLINE_MS = 20_000;

/**
 * Looks a stack up and finds the address of its API among its outputs.
 *
 * @throws {InvalidInputError} when the name cannot be one, or several outputs could be meant
 * @throws {NotFoundError} when there is no such stack, or it has no such output
 * @throws {LighthouseError} when CloudFormation refuses the caller or cannot be reached
 */
export async function describeStack(query: StackQuery): Promise<DeployedStack> {
  const { stackName } = query;
  if (!STACK_NAME.test(stackName)) {
    throw new InvalidInputError(
      `"${stackName}" is not the name of a stack: a letter, then letters, digits and hyphens, at` +
        ' most 128, or its ARN',
    );
  }
  const stack = await describe(query);
  if (stack?.StackId === undefined) throw noSuchStack(query);
  return { apiUrl: apiUrlOf(stack, query), stackId: stack.StackId };
}

async function describe(query: StackQuery): Promise<Stack | undefined> {
  const { stackName, region, session, signal, deadlineMs = DEADLINE_MS } = query;
  const deadline = AbortSignal.timeout(deadlineMs);
  const client = new CloudFormationClient({
    region,
    ...(session.profile !== undefined && { profile: session.profile }),
    credentials: session.credentials,
    requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS },
  });
  try {
    const command = new DescribeStacksCommand({ StackName: stackName });
    const abortSignal = signal ? AbortSignal.any([signal, deadline]) : deadline;
    const { Stacks } = await client.send(command, { abortSignal });
    return Stacks?.[0];
  } catch (error) {
    signal?.throwIfAborted();
    if (deadline.aborted)
      throw unreachable(query, `no answer within ${deadlineMs / 1000} s`, error);
    throw explainCloudFormation(error, query) ?? noSuchStack(query, error);
  } finally {
    client.destroy();
  }
}

function noSuchStack({ stackName, region, session }: StackQuery, cause?: unknown): NotFoundError {
  return new NotFoundError(
    `there is no stack "${stackName}" in ${region} that ${session.named} can see; check --stack,` +
      ' --region and --profile',
    { cause },
  );
}

function apiUrlOf(stack: Stack, { stackName, apiOutput }: StackQuery): URL {
  const outputs = new Map(
    (stack.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
  const keys = [...outputs.keys()];
  const wanted = keys.filter((key) => (apiOutput ? key === apiOutput : API_OUTPUT.test(key)));
  const [key, ...more] = wanted;
  if (key === undefined) {
    const missing = apiOutput ? `output "${apiOutput}"` : 'output whose name ends with ApiUrl';
    const known = keys.length === 0 ? 'it has none' : `it has ${keys.join(', ')}`;
    throw new NotFoundError(
      `stack "${stackName}" (${stack.StackStatus}) has no ${missing}; ${known}; name the one with` +
        ' the address of the API with --api-output NAME, or give --api URL',
    );
  }
  if (more.length > 0) {
    throw new InvalidInputError(
      `stack "${stackName}" has ${wanted.length} outputs that could be the address of the API` +
        ` (${wanted.join(', ')}); name one with --api-output NAME`,
    );
  }
  const url = URL.parse(outputs.get(key) ?? '');
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new InvalidInputError(
    `output ${key} of stack "${stackName}" is not a URL; name the one with the address of the API` +
      ' with --api-output NAME',
  );
}

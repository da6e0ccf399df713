import { availableParallelism } from 'node:os';
import { sep } from 'node:path';
import * as z from 'zod';
import type { CloudAssemblyStack } from '../template/cloud-assembly.ts';
import { LOCAL_REGION } from '../template/physical-names.ts';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

/**
 * The most processes one function runs at once here. AWS gives an account 1,000, each with its own
 * share of CPU; on a few shared cores, more would only slow each other down.
 */
const MAX_ENVIRONMENTS = Math.max(4, availableParallelism());

/** AWS defaults, from the CloudFormation reference of AWS::Lambda::Function. */
const DEFAULT_TIMEOUT_SECONDS = 3;
const DEFAULT_MEMORY_MB = 128;

const functionSchema = resourceProperties(
  {
    Code: z.strictObject({ S3Bucket: z.string().optional(), S3Key: z.string() }),
    Handler: z.string(),
    Runtime: z.string().regex(/^nodejs24\.x$/, 'only nodejs24.x runs locally'),
    Timeout: z.number().default(DEFAULT_TIMEOUT_SECONDS),
    MemorySize: z.number().default(DEFAULT_MEMORY_MB),
    ReservedConcurrentExecutions: z.number().min(1).optional(),
    Environment: z
      .strictObject({ Variables: z.record(z.string(), z.coerce.string()).default({}) })
      .default({ Variables: {} }),
  },
  [
    'Architectures',
    'Description',
    'FunctionName',
    'LoggingConfig',
    'RecursiveLoop',
    'Role',
    'RuntimeManagementConfig',
    'Tags',
    'TracingConfig',
    'VpcConfig',
  ],
);

/** One function of the stack, ready to run. */
export interface FunctionSettings {
  readonly logicalId: string;
  readonly constructPath: string;
  readonly name: string;
  readonly arn: string;
  /** The directory that `cdk deploy` would upload. */
  readonly taskRoot: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** The most invocations at once. */
  readonly concurrency: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** Reads the stack's functions; `overrides` wins over the template's environment variables. */
export function readFunctionSettings(
  template: ResolvedTemplate,
  stack: CloudAssemblyStack,
  overrides: Readonly<Record<string, string>>,
): readonly FunctionSettings[] {
  return template
    .resources(LocalResourceType.function, functionSchema)
    .map(({ logicalId, constructPath, ref, arn, properties }) => {
      const taskRoot = stack.assetPath(properties.Code.S3Key);
      return {
        logicalId,
        constructPath,
        name: ref,
        arn,
        taskRoot,
        timeoutMs: properties.Timeout * 1000,
        memoryMb: properties.MemorySize,
        concurrency: Math.min(
          properties.ReservedConcurrentExecutions ?? MAX_ENVIRONMENTS,
          MAX_ENVIRONMENTS,
        ),
        environment: {
          ...runtimeVariables(ref, taskRoot, properties),
          ...properties.Environment.Variables,
          ...overrides,
        },
      };
    });
}

/** AWS: "Defined runtime environment variables". None come from this machine's environment. */
function runtimeVariables(
  name: string,
  taskRoot: string,
  properties: z.infer<typeof functionSchema>,
): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'en_US.UTF-8',
    TZ: ':UTC',
    AWS_REGION: LOCAL_REGION,
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_EXECUTION_ENV: `AWS_Lambda_${properties.Runtime}`,
    LAMBDA_TASK_ROOT: taskRoot.endsWith(sep) ? taskRoot.slice(0, -1) : taskRoot,
    _HANDLER: properties.Handler,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(properties.MemorySize),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
  };
}

import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  ApplicationLogLevel,
  Architecture,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { EnvironmentName, type FunctionName } from '../functions/environment.ts';
import type { CheckerNetwork } from './checker-network.ts';
import { METRICS_NAMESPACE } from './metrics.ts';
import type { LighthouseSettings } from './settings-types.ts';

/** The settings that all functions share. */
type SharedFunctionSettings = Pick<
  LighthouseSettings,
  'architecture' | 'logFormat' | 'logLevel' | 'logRetentionDays' | 'tracing'
>;

/** What differs between the functions of a stack. */
export interface LighthouseFunctionProps extends SharedFunctionSettings {
  /** The folder of the handler; also the service name in its logs and metrics. */
  readonly name: FunctionName;
  readonly description: string;
  /** The function's bundle, with `index.handler` in it. */
  readonly code: Code;
  /** Memory, MB. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** The dimension `stack` of its metrics. */
  readonly metricsStack: string;
  /** Encrypts its logs; undefined for CloudWatch's own keys. */
  readonly encryptionKey: IKey | undefined;
  /** The VPC it runs in. @default Lambda's own network */
  readonly network?: CheckerNetwork | undefined;
}

/** A function with a role of its own, which at first allows only writing its own logs. */
export class LighthouseFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: LighthouseFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const { network, tracing } = props;
    network?.grantConnect(role);
    if (tracing) acknowledgeTracing(role);
    super(scope, id, {
      description: props.description,
      code: props.code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: props.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      // No function causes itself to be called; should a change make one do so, Lambda stops it.
      recursiveLoop: RecursiveLoop.TERMINATE,
      ...loggingOf(props),
      ...(tracing && { tracing: Tracing.ACTIVE }),
      ...(network && {
        vpc: network.vpc as IVpc,
        vpcSubnets: network.vpcSubnets,
        securityGroups: network.securityGroups,
      }),
      environment: {
        POWERTOOLS_SERVICE_NAME: props.name,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        POWERTOOLS_LOG_LEVEL: props.logLevel,
        [EnvironmentName.metricsStack]: props.metricsStack,
      },
    });
  }
}

/**
 * How Lambda treats what a function writes. It drops JSON lines below its own level, so that it may
 * never be above INFO: metrics are lines without a level, which counts as INFO.
 */
function loggingOf({ logFormat, logLevel }: SharedFunctionSettings) {
  if (logFormat === 'text') return {};
  return {
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2:
      logLevel === 'DEBUG' ? ApplicationLogLevel.DEBUG : ApplicationLogLevel.INFO,
  };
}

function acknowledgeTracing(role: Role): void {
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'X-Ray has no resources for the segments that a function sends.',
  });
}

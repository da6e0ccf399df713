import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  type Code,
  Function as LambdaFunction,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName } from '../functions/environment.ts';

/** What differs between the functions of the stack. */
export interface LighthouseFunctionProps {
  /** The folder of the handler; also the service name in its logs and metrics. */
  readonly name: FunctionName;
  readonly description: string;
  /** The function's bundle, with `index.handler` in it. */
  readonly code: Code;
  /** Memory, MB. */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** Days for which its logs are kept. */
  readonly logRetentionDays: RetentionDays;
}

/** The namespace of every metric the functions write. */
export const METRICS_NAMESPACE = 'Lighthouse';

/** A function with a role of its own, which at first allows only writing its own logs. */
export class LighthouseFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: LighthouseFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      description: props.description,
      code: props.code,
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      role,
      logGroup,
      // No function causes itself to be called; should a change make one do so, Lambda stops it.
      recursiveLoop: RecursiveLoop.TERMINATE,
      environment: {
        POWERTOOLS_SERVICE_NAME: props.name,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      },
    });
  }
}

import { RemovalPolicy } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  HttpApi,
  HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ROUTE_KEYS, splitRouteKey } from '../functions/api/route-keys.ts';
import type { ApiSettings } from './settings-types.ts';

/**
 * The fields of one JSON object per request ("Customize HTTP API access logs"). The log holds no
 * query, no body and no path: the path of a lease contains its id, and the id suffices to end it.
 */
const ACCESS_LOG_FIELDS = {
  requestTime: '$context.requestTime',
  requestId: '$context.requestId',
  caller: '$context.identity.caller',
  sourceIp: '$context.identity.sourceIp',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLength: '$context.responseLength',
  responseLatencyMs: '$context.responseLatency',
  integrationLatencyMs: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
};

export interface SweepsApiProps extends ApiSettings {
  /** Answers every route. */
  readonly handler: IFunction;
  /** Days for which the access logs are kept. */
  readonly logRetentionDays: RetentionDays;
  /** Encrypts the access logs; undefined for CloudWatch's own keys. */
  readonly encryptionKey: IKey | undefined;
}

/** The HTTP API: explicit routes, each behind IAM, throttled, every request logged. */
export class SweepsApi extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, props: SweepsApiProps) {
    super(scope, id);
    const accessLogs = new LogGroup(this, 'AccessLogs', {
      retention: props.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.encryptionKey && { encryptionKey: props.encryptionKey }),
    });
    const integration = new HttpLambdaIntegration('ApiIntegration', props.handler);
    this.api = new HttpApi(this, 'HttpApi', {
      description: 'Lighthouse: pools, proxies, leases, sweeps and their results.',
      createDefaultStage: false,
      defaultAuthorizer: new HttpIamAuthorizer(),
      // The function answers unknown routes too, so that they get a problem document.
      defaultIntegration: integration,
    });
    for (const routeKey of ROUTE_KEYS) {
      const { method, path } = splitRouteKey(routeKey);
      this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
    }
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: props.requestsPerSecond, burstLimit: props.burstRequests },
      accessLogSettings: {
        destination: new LogGroupLogDestination(accessLogs),
        format: AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
      },
    });
  }
}

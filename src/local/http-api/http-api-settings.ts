import * as z from 'zod';
import { LocalStackError } from '../../errors.ts';
import { type ResolvedTemplate, resourceProperties } from '../template/resolved-template.ts';
import { LocalResourceType } from '../template/supported-resources.ts';

const apiSchema = resourceProperties({ ProtocolType: z.literal('HTTP') }, [
  'Description',
  'DisableExecuteApiEndpoint',
  'Name',
  'Tags',
]);

const stageSchema = resourceProperties({ ApiId: z.string(), StageName: z.literal('$default') }, [
  'AccessLogSettings',
  'AutoDeploy',
  'DefaultRouteSettings',
  'Description',
  'RouteSettings',
  'Tags',
]);

const integrationSchema = resourceProperties(
  {
    ApiId: z.string(),
    IntegrationType: z.literal('AWS_PROXY'),
    IntegrationUri: z.string(),
    PayloadFormatVersion: z.literal('2.0'),
    /** AWS: "HTTP API quotas", integration timeout. */
    TimeoutInMillis: z.number().max(30_000).default(30_000),
  },
  ['Description', 'IntegrationMethod'],
);

const routeSchema = resourceProperties(
  {
    ApiId: z.string(),
    RouteKey: z.string(),
    Target: z.string().regex(/^integrations\/.+$/),
    AuthorizationType: z.enum(['NONE', 'AWS_IAM']).default('NONE'),
  },
  ['OperationName'],
);

/** A route and the function behind it. */
export interface HttpRoute {
  /** `GET /pools/{pool}`, or `$default`. */
  readonly routeKey: string;
  readonly functionArn: string;
  readonly timeoutMs: number;
  /** In the cloud `AWS_IAM` requires a signature; here every caller on loopback passes. */
  readonly authorization: 'NONE' | 'AWS_IAM';
}

/** The stack's HTTP API. */
export interface HttpApiSettings {
  readonly apiId: string;
  readonly routes: readonly HttpRoute[];
}

/**
 * Reads the stack's HTTP API; null when it has none.
 * @throws {LocalStackError} when there are several, or a route has no integration
 */
export function readHttpApi(template: ResolvedTemplate): HttpApiSettings | null {
  const apis = template.resources(LocalResourceType.httpApi, apiSchema);
  const [api] = apis;
  if (api === undefined) return null;
  if (apis.length > 1)
    throw new LocalStackError(
      'the template has several HTTP APIs; the local stack serves only one',
    );
  template.resources(LocalResourceType.httpStage, stageSchema);
  const integrations = new Map(
    template
      .resources(LocalResourceType.httpIntegration, integrationSchema)
      .map(({ ref, properties }) => [`integrations/${ref}`, properties]),
  );
  const routes = template
    .resources(LocalResourceType.httpRoute, routeSchema)
    .map(({ logicalId, properties }) => {
      const integration = integrations.get(properties.Target);
      if (integration === undefined) {
        throw new LocalStackError(
          `${logicalId} leads to ${properties.Target}, which does not exist`,
        );
      }
      return {
        routeKey: properties.RouteKey,
        functionArn: integration.IntegrationUri,
        timeoutMs: integration.TimeoutInMillis,
        authorization: properties.AuthorizationType,
      };
    });
  return { apiId: api.ref, routes };
}

import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { ROUTE_KEYS, splitRouteKey } from '../functions/api/route-keys.ts';

/** The variable that tells a granted function the API's URL. */
export const API_URL_VARIABLE = 'LIGHTHOUSE_API_URL';

type Route = (typeof ROUTE_KEYS)[number];

/** The routes that lease proxies and hand out their passwords. */
export const LEASE_ROUTES: readonly Route[] = ROUTE_KEYS.filter((key) => key.includes('/leases'));

/** The routes that only show something, none of them a password. */
export const READ_ROUTES: readonly Route[] = ROUTE_KEYS.filter((key) => key.startsWith('GET '));

/**
 * Lets `grantee` call routes of the API, which wants its signature; a function among grantees gets
 * the API's URL, too. `pool` narrows routes of a pool to one.
 */
export function grantRoutes(
  api: HttpApi,
  grantee: IGrantable,
  { routes, pool = '*' }: { readonly routes: readonly Route[]; readonly pool?: string },
): Grant {
  if (hasVariables(grantee)) grantee.addEnvironment(API_URL_VARIABLE, api.apiEndpoint);
  return Grant.addToPrincipal({
    grantee,
    actions: ['execute-api:Invoke'],
    resourceArns: routes.map((key) => {
      const { method, path } = splitRouteKey(key);
      const pattern = path.replace('{pool}', pool).replaceAll(/\{[^}]+\}/g, '*');
      return api.arnForExecuteApi(method, pattern, '$default');
    }),
  });
}

interface HasVariables {
  addEnvironment(name: string, value: string): unknown;
}

/** Whether it is a function of this app; one by name, a role or a user has no variables to set. */
function hasVariables(grantee: object): grantee is HasVariables {
  return 'addEnvironment' in grantee && typeof grantee.addEnvironment === 'function';
}

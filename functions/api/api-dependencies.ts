import type { ProxyManager } from '../../src/leases/proxy-manager.ts';
import type { SweepContext } from '../../src/sweeps/record/close-sweep.ts';
import type { Runtime } from '../runtime.ts';
import type { RequestDispatch } from './dispatch-request.ts';
import type { Redrive } from './redrive.ts';
import type { ApiReply } from './reply/reply.ts';
import type { ApiRequest } from './request/request.ts';

/** The collaborators of the routes. */
export interface ApiDependencies
  extends Pick<Runtime, 'limits' | 'allowPrivateAddresses' | 'telemetry'>,
    SweepContext {
  /** Protocols that lists may name besides the built-in ones. */
  readonly extraProtocols: readonly string[];
  /** Leases proxies; made once, since it remembers the pools it has leased from. */
  readonly proxyManager: ProxyManager;
  readonly requestDispatch: RequestDispatch;
  readonly redrive: Redrive;
}

/** Answers one route. */
export type RouteHandler = (
  dependencies: ApiDependencies,
  request: ApiRequest,
) => Promise<ApiReply>;

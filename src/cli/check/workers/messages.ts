import type { SeenCertificate } from '../../../health/dial/certificate-witness.ts';
import type { HealthCheckOptions } from '../../../health/health-check-options.ts';
import type { HealthCheckResult } from '../../../health/health-check-result.ts';
import type { Pace } from '../../../health/window/pacer.ts';
import type { Proxy } from '../../../proxies/proxy.ts';

/** What a worker thread starts with. */
export interface WorkerSetup {
  readonly options: HealthCheckOptions;
  readonly allowPrivateAddresses: boolean;
  readonly pace: Pace;
}

/** What a worker thread is told. Credentials are in it; both ends are one process. */
export interface WorkerOrder {
  /** Proxies to check. The limits in flight have let them in; each starts at the worker's pace. */
  readonly proxies: readonly Proxy[];
  /** Whether the name servers have answered another thread lately. */
  readonly isAnswering: boolean;
  /** What control probes saw, when that may be new. */
  readonly seen?: readonly SeenCertificate[];
}

/** What a worker thread tells, every few milliseconds while there is something to tell. */
export interface WorkerReport {
  /** How many probes it has started since the last report. */
  readonly started: number;
  readonly results: readonly HealthCheckResult[];
  /** The starts per second that its pace allows. */
  readonly ratePerSecond: number;
  /** Whether the name servers have answered it lately. */
  readonly isAnswering: boolean;
}

/** Why a proxy has no result yet: the thread that was to check it has ended. */
export class WorkerLost extends Error {
  constructor(cause: unknown) {
    super('the worker thread has ended', { cause });
    this.name = 'WorkerLost';
  }
}

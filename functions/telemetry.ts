import { Logger } from '@aws-lambda-powertools/logger';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import { STACK_DIMENSION, SWEEPS_SERVICE } from './metric-names.ts';

/** Where a function writes what it did: JSON lines, and metrics embedded in them (EMF). */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Counts of sweeps, the same whichever function saw them; see `metric-names.ts`. */
  readonly sweepMetrics: Metrics;
}

/**
 * Service and namespace come from the `POWERTOOLS_*` variables the stack sets.
 *
 * @param stack the dimension `stack` of every metric, which keeps several stacks apart
 */
export function createTelemetry(stack: string): Telemetry {
  const defaultDimensions = { [STACK_DIMENSION]: stack };
  return {
    logger: new Logger(),
    metrics: new Metrics({ defaultDimensions }),
    sweepMetrics: new Metrics({ serviceName: SWEEPS_SERVICE, defaultDimensions }),
  };
}

/** Middlewares of every function. Events are never logged: they may carry passwords. */
export function telemetryMiddlewares({ logger, metrics, sweepMetrics }: Telemetry) {
  return [
    injectLambdaContext(logger, { logEvent: false, resetKeys: true }),
    publishMetrics(metrics),
    publishMetrics(sweepMetrics),
  ];
}

/**
 * Adds to a count. Zeros are left out: a metric costs for as many hours as it gets values
 * ("Amazon CloudWatch pricing", custom metrics).
 */
export function addCount(metrics: Pick<Metrics, 'addMetric'>, name: string, count: number): void {
  if (count > 0) metrics.addMetric(name, MetricUnit.Count, count);
}

/** Publishes the metrics, if there are any, even when the handler throws. */
function publishMetrics(metrics: Metrics): MiddlewareObj {
  const publish = (): void => {
    if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
  };
  return { after: publish, onError: publish };
}

/** Makes an Error, which the logger expects, of anything that was thrown. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { dispatchSweep } from '../../src/sweeps/start/dispatch-sweep.ts';
import { addCount, telemetryMiddlewares } from '../telemetry.ts';
import { type FanOutDependencies, parseFanOutEvent } from './fan-out-event.ts';
import { tick } from './tick.ts';

/**
 * On the minute's tick, starts every sweep that is due, repairs and closes what is stuck, and
 * continues deletions. On a request, sends the batches of one sweep.
 */
export function createFanOutHandler(dependencies: FanOutDependencies) {
  return middy<unknown, void, Error, Context>()
    .use(telemetryMiddlewares(dependencies.telemetry))
    .handler(async (event, context) => {
      const request = parseFanOutEvent(event);
      if (request.kind === 'dispatch') await dispatch(dependencies, request.sweepId);
      else
        await tick(dependencies, request.scheduledAtMs, () => context.getRemainingTimeInMillis());
    });
}

async function dispatch(dependencies: FanOutDependencies, sweepId: string): Promise<void> {
  const { logger, metrics } = dependencies.telemetry;
  const batches = await dispatchSweep(dependencies, sweepId);
  addCount(metrics, 'BatchesDispatched', batches);
  logger.info('sweep dispatched', { sweepId, batches });
}

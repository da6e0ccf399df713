import { setTimeout as delay } from 'node:timers/promises';
import type { SweepReply } from './api-schemas.ts';
import type { LighthouseApi } from './lighthouse-api.ts';

/** Between two looks at a running sweep, milliseconds: short at first, then a tenth of its age. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Looks at a sweep until it is closed; every look is shown to `onProgress`. */
export async function waitForSweep(
  api: LighthouseApi,
  sweepId: string,
  options: { readonly signal: AbortSignal; readonly onProgress?: (report: SweepReply) => void },
): Promise<SweepReply> {
  let waitedMs = 0;
  for (;;) {
    const report = await api.getSweep(sweepId);
    options.onProgress?.(report);
    if (report.state !== 'running') return report;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(SHORTEST_PAUSE_MS, waitedMs / 10));
    await delay(pauseMs, undefined, { signal: options.signal });
    waitedMs += pauseMs;
  }
}

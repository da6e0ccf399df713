/** Lighthouse as it is used: `streamHealthChecks` with pacing, verdicts, timings and caps. */
import { type HealthChecker, ProbeWindow } from '../../../../src/index.ts';
import type { Job } from '../job.ts';
import { makeChecker, toOutcome, toProxy } from './lighthouse.ts';
import { type CheckOutcome, runJob } from './measure.ts';

/** The window's limit, which no job exceeds: the stream decides how many probes are in flight. */
const MOST_IN_FLIGHT = 1000;

/** Shared by warm-up and measured checks, as if both were one long list. */
let shared: { readonly checker: HealthChecker; readonly window: ProbeWindow } | undefined;

await runJob(async function* (job: Job, hosts): AsyncGenerator<CheckOutcome> {
  shared ??= {
    checker: makeChecker(job),
    window: new ProbeWindow({ concurrency: MOST_IN_FLIGHT }),
  };
  const { checker, window } = shared;
  const proxies = hosts.map((host) => toProxy(job, host));
  for await (const result of checker.streamHealthChecks(proxies, {
    concurrency: job.inFlight,
    window,
  })) {
    yield toOutcome(job, result);
  }
});

/** Lighthouse without a window: `checkProxy`, called again as soon as a check ends. */
import type { HealthChecker } from '../../../../src/index.ts';
import { makeChecker, toOutcome, toProxy } from './lighthouse.ts';
import { eachHost, runJob } from './measure.ts';

let checker: HealthChecker | undefined;

await runJob((job, hosts) => {
  const shared = checker ?? makeChecker(job);
  checker = shared;
  return eachHost(job.inFlight, hosts, async (host) =>
    toOutcome(job, await shared.checkProxy(toProxy(job, host))),
  );
});

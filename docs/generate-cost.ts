/** Writes docs/cost.md from the cost model and its quantities: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { formatEstimate } from '../src/cli/cost/cost-text.ts';
import { alternativesTo, vmUsdPerMonth } from '../src/cost/alternatives.ts';
import { playInvocation, RECORDS_PER_INVOCATION } from '../src/cost/checker-time.ts';
import { estimateCost, idleItems } from '../src/cost/estimate-cost.ts';
import { PRICE_REGION, PRICES, PRICES_AS_OF, usdFor } from '../src/cost/prices.ts';
import {
  type Counts,
  type MeasuredScenario,
  QUANTITIES,
  type Quantities,
} from '../src/cost/quantities.ts';
import { SCENARIOS } from '../src/cost/scenarios.ts';
import { type FleetPlan, useOfSweep } from '../src/cost/sweep-use.ts';
import { formatRows, number } from './markdown.ts';

/** A fleet that is swept every five minutes. */
const EXAMPLE: Pick<FleetPlan, 'proxies' | 'everySeconds' | 'changes'> = {
  proxies: 10_000,
  everySeconds: 300,
  changes: 0.001,
};

/** `docs/cost.md`. */
export function formatCostPage(quantities: Quantities = QUANTITIES): string {
  return [
    introduction(quantities),
    scenarios(quantities),
    sweep(quantities),
    idleStack(quantities),
    others(quantities),
    otherUses(quantities),
    prices(),
    method(quantities),
  ].join('\n');
}

function introduction(quantities: Quantities): string {
  const plan = { ...SCENARIOS[0], ...EXAMPLE } as FleetPlan;
  const estimate = estimateCost(plan, quantities);
  return `# What it costs

Generated from the cost model in \`src/cost/\` by \`npm run docs\`; a test keeps it current. The quantities are measured, the prices are list prices of ${PRICE_REGION} as entered on ${PRICES_AS_OF}: look up yours.

\`\`\`console
$ lighthouse cost --proxies 10000 --every 5m
${formatEstimate(estimate, alternativesTo(estimate))}\`\`\`

Say what your fleet is like with \`--alive\`, \`--latency\`, \`--timeout-ms\`, \`--attempts\`, \`--https\`, \`--hosts\` (gateways), \`--max-in-flight-per-host\` and \`--changes\`; \`--json\` prints the amounts, too.
`;
}

/** What a million checks of each scenario cost, beside its goal. */
export function formatScenarios(quantities: Quantities): string {
  const rows = SCENARIOS.map(({ name, goalUsd, ...scenario }) => {
    const estimate = estimateCost({ ...scenario, ...EXAMPLE }, quantities);
    const { sweeps, egress } = estimate.usdPerMillionChecks;
    const measured = quantities.scenarios.find((each) => each.name === name);
    const figured = secondsPerMillion(estimate.plan, quantities);
    const usd = measured && sweeps + checkerUsd(measured.secondsPerMillion - figured);
    return [
      ...[name, `$${sweeps.toFixed(3)}`, usd === undefined ? '' : `$${usd.toFixed(3)}`],
      ...[`$${goalUsd.toFixed(2)}`, outcome(usd ?? sweeps, goalUsd), `$${egress.toFixed(3)}`],
    ];
  });
  return formatRows(['', 'figured', 'measured', 'goal', 'outcome', 'traffic'], rows);
}

function scenarios(quantities: Quantities): string {
  const kilobytes = number(200 * quantities.perCheck.writeUnits);
  return `## A million checks

10,000 proxies every five minutes, nine of ten alive in 0.8 s, the others silent until the time-out of 5 s. Without traffic and without what a stack costs that does nothing; *measured* has the checker's time as it was measured, with batches of 200 instead of 156, in place of the figured one.

${formatScenarios(quantities)}
**What decides it.** Lambda is paid while a checker waits, so dead proxies and their time-out cost more than the work on live ones: a shorter \`timeoutMs\` is the cheapest saving. The window of 256 probes hides most of the waiting, but not that for the last dead proxies of an invocation, a third of its time. The rest is DynamoDB: a result item of 200 proxies has ${kilobytes} KB, a write unit each, and is kept for 30 days with point-in-time recovery, a fifth of the bill. An \`https:\` target costs hardly more, since its handshakes fit into the time that is waited anyway.

**What is missed.** The goal for \`http:\` is as far away as storage and recovery together, or as half of the checker's time. Behind one gateway host at most 32 probes are in flight unless the pool's \`maxInFlightPerHost\` says otherwise, an eighth of the window, so that the same wait costs eight times as much; a gateway that bears 256 costs what many hosts do.
`;
}

function outcome(usd: number, goalUsd: number): string {
  return usd <= goalUsd ? 'pass' : 'miss';
}

function checkerUsd(seconds: number): number {
  return usdFor(PRICES.lambdaTime, seconds / 2);
}

/** Figured time of checkers for a million checks, seconds. */
function secondsPerMillion(plan: FleetPlan, quantities: Quantities): number {
  const { checkerGbSeconds } = useOfSweep(plan, quantities);
  return ((checkerGbSeconds * 2) / plan.proxies) * 1_000_000;
}

const UNITS = ['writeUnits', 'indexUnits', 'readUnits', 'events', 'logBytes'] as const;

function sweep(quantities: Quantities): string {
  const { perCheck, perSampledRow, perBatch, perSweep, perStatusChange } = quantities;
  const row = (name: string, of: Partial<Counts>) => [
    name,
    ...UNITS.map((unit) => (of[unit] === undefined ? '' : number(of[unit]))),
  ];
  const rows = [
    row('a check', perCheck),
    row('each of the first 1,024 rows, to estimate the size', perSampledRow),
    row('a batch of about 200 checks', perBatch),
    row('a sweep', perSweep),
    row('an invocation of the checker', quantities.perInvocation),
    row('a change of a status', perStatusChange),
  ];
  return `## What a sweep takes

Measured between the functions and the services of the local stack, with nine of ten proxies alive:

${formatRows(['', 'write units', 'index units', 'read units', 'events', 'bytes of logs'], rows)}
- A batch's result is one item; a row is written only when its status or streak changes. A change costs three write units: the row, and two of the index \`by-status\`, whose key changes. Each of the three writes of a sweep's summary costs one of the index \`by-pool\` as well, which copies it.
- The ledger takes at most 1.6 write units a batch in a pool of any size: an update pays for its whole item, so an item has the entries of two batches.
- A check is stored as ${number(perCheck.storedBytes)} bytes for 30 days, a proxy as ${number(quantities.rowBytes)}. All tables have point-in-time recovery.
- A check sends ${number(perCheck.sentBytes.http)} bytes to an \`http:\` target and ${number(perCheck.sentBytes.https)} to an \`https:\` one, and the headers of TCP and IP.
- With \`backOff\` ([why](decisions/0015-adaptive-schedule.md)) each batch reads its pool and its newest result besides its rows, about 3 read units. Skipped proxies are in its items as others are, so its writes stay. An edge sweep that probes nothing takes 160 write and 281 read request units for 1,600 proxies. There is at most one per \`edgeIntervalSeconds\` in a pool where something always changes, and one per minute while lists are imported. For 1,000,000 proxies that is about $0.085 each: with an hourly schedule and the default of 300 seconds $0.93 an hour, so choose a longer \`edgeIntervalSeconds\` there. One as long as \`intervalSeconds\` leaves only those for imports.
- SQS: ten batches are sent in one request; receiving and deleting cost at most one each for every batch. A batch for which a checker has no time costs two more, a write unit and another reading of its rows.
- Metrics: ${quantities.metrics.map((name) => `\`${name}\``).join(', ')}; others only when something fails. None is written by pool: the dashboard reads availability by pool from the logs, at $0.005 per GB that a look reads ([why](decisions/0013-what-the-dashboard-reads.md)).
`;
}

function idleStack(quantities: Quantities): string {
  const items = idleItems(0, quantities);
  const total = items.reduce((sum, { usdPerMonth }) => sum + usdPerMonth, 0);
  const rows = items.map(({ name, amount, unit, usdPerMonth }) => [
    ...[name, `${number(amount)} ${unit}`, `$${usdPerMonth.toFixed(3)}`],
  ]);
  return `## A stack that does nothing

A deployed stack with default settings and no pools costs **$${total.toFixed(2)} a month** of 30 days:

${formatRows(['', '', 'a month'], rows)}
Its one dashboard is free, as an account's first three are; each further one is $3 (\`dashboard: false\`). It writes no metric of its own: a tick writes one only when it finds something. What is always free for an account (10 alarms, a million requests of SQS and of Lambda, 20,000 of KMS, 14 million schedules) covers all of it but one alarm and the reads, unless other stacks use it up. Fixed egress (\`network.kind\`) adds about $33 a month and $0.045 per GB for each NAT gateway, and $3.65 for its address. A key of your own (\`kmsKeyArn\`) adds $1.
`;
}

function others(quantities: Quantities): string {
  const estimate = estimateCost({ ...SCENARIOS[0], ...EXAMPLE } as FleetPlan, quantities);
  const { itemPerCheck, alwaysOnVm } = alternativesTo(estimate);
  const { total } = estimate.usdPerMillionChecks;
  const breakEven = Math.round(alwaysOnVm.breakEvenChecksPerMonth / 1_000_000);
  return `## Beside other ways

- **An item for every check**, instead of one for every batch, would cost $${itemPerCheck.usdPerMillionChecks.toFixed(2)} a million checks in the example above instead of $${total.toFixed(2)}.
- **A small virtual machine that is always on** (t4g.small, its address, 10 GB of disk) costs $${vmUsdPerMonth().toFixed(2)} a month whatever it does. It is cheaper from about **${breakEven} million checks a month** on, if one is enough and someone looks after it.
`;
}

function otherUses({ perNewProxy, perKnownProxy }: Quantities): string {
  const imported = perNewProxy.writeUnits + perNewProxy.indexUnits;
  const usd = usdFor(PRICES.dynamodbWrite, imported * 1_000_000);
  return `## Imports and leases

An import costs ${number(imported)} write units for each proxy that is new, one of them the index's, and ${number(perKnownProxy.writeUnits)} write and ${number(perKnownProxy.readUnits)} read units for each that the pool has already: $${usd.toFixed(2)} for a million new ones. The first sweep after an import changes every status once, at up to 1,000 rows a second until DynamoDB has split the pool's partition ([why](decisions/0014-a-pools-partition.md)).

A lease costs two reads (the rows and the newest result of one batch of about 200 proxies, 14 + 2 read request units, eventually consistent) and one write of about 0.5 KB (1 write request unit). Renewing and releasing cost one write each; in a pool with \`backOff\` a use that is reported as \`failed\` also reads the pool, and the first one after a sweep writes to it. Through the API each of these calls also reads its pool (1 read request unit), without a cache, and costs $1.00 per million requests of the HTTP API. An idempotency key adds a read and a write. An unlimited proxy's lease is three reads (its row once more, consistently) and no write. Each lost race is one more write, each batch without a free proxy two more reads; after 8 such batches the index is read, but only if proxies of the wanted status are rare. \`test/leases/acquire/cost.test.ts\` counts all of these.
`;
}

function prices(): string {
  const rows = Object.values(PRICES).map(({ page, usd, per, unit }) => [
    ...[page, `$${usd}`, per === 1 ? unit.replace(/s$/, '') : `${number(per)} ${unit}`],
  ]);
  return `## Prices

Entered on ${PRICES_AS_OF} without a look at the pages; DynamoDB's are those since November 2024. Without taxes and discounts, and nothing that is free for an account is taken off.

${formatRows(['page of AWS', 'USD', 'for'], rows)}`;
}

function method(quantities: Quantities): string {
  const { measuredAt, machine, checker, fanOut } = quantities;
  const rows = quantities.scenarios.map((scenario) => [
    ...[scenario.name, number(scenario.checks), number(scenario.invocations)],
    ...[`${scenario.cpuMsPerCheck.toFixed(2)} ms`, number(Math.round(scenario.secondsPerMillion))],
    number(Math.round(figuredSeconds(scenario, quantities))),
  ]);
  return `## How it is measured

\`npm run cost:measure\` measures everything again, in about eight minutes, and writes \`src/cost/quantities.json\` and this page. \`test/cost/\` counts again what is counted, and fails when a change of the pipeline changes what it costs.

- **Counted**: the synthesized stack runs from its bundles; meters stand between the functions and DynamoDB, SQS and EventBridge. DynamoDB is asked for the units of every call. Failed conditions count as a write. The embedded DynamoDB does not count index writes, so these follow from the calls by AWS's rules and the definition of the index.
- **Timed**: the same stack, each function limited to the share of a core that Lambda gives 512 MB (0.29), against a fleet on loopback. Last measured ${measuredAt.slice(0, 10)} on ${machine}. Lambda's Arm cores are not these, and a database over a network answers later; both matter little where waiting for proxies is most of the time.
- **Figured**: the model plays an invocation of ${RECORDS_PER_INVOCATION} batches, probe by probe, under the checker's limits, with ${checker.cpuMs.http.toFixed(2)} ms of CPU time for a check of an \`http:\` target, ${checker.cpuMs.https.toFixed(2)} ms for an \`https:\` one and ${checker.cpuMs.failed.toFixed(2)} ms for one that fails. An empty tick takes ${Math.round(fanOut.tickMs)} ms, the start of a sweep ${Math.round(fanOut.startMs)} ms.

${formatRows(['', 'checks', 'invocations', 'CPU a check', 'seconds a million checks', 'figured'], rows)}`;
}

/** Figured time of a scenario as it was measured, seconds for a million checks. */
function figuredSeconds(scenario: MeasuredScenario, { checker }: Quantities): number {
  const load = { batches: RECORDS_PER_INVOCATION, rowsPerBatch: 200 };
  const { billedMs, checked } = playInvocation(scenario, load, checker);
  return (billedMs / (checked * load.rowsPerBatch)) * 1000;
}

if (import.meta.main) {
  writeFileSync(new URL('cost.md', import.meta.url), formatCostPage());
}

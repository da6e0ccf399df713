import type { Alternatives } from '../../cost/alternatives.ts';
import { type CostEstimate, CostGroup } from '../../cost/estimate-cost.ts';
import { PRICE_REGION, PRICES_AS_OF } from '../../cost/prices.ts';
import type { FleetPlan } from '../../cost/sweep-use.ts';

const NAME_WIDTH = 36;
const COLUMN_WIDTH = 20;

const TITLES: Readonly<Record<CostGroup, string>> = {
  sweeps: 'sweeps',
  stack: 'the stack, whether it sweeps or not',
  egress: 'traffic to proxies',
};

/** Formats an estimate for people, in at most 80 columns. */
export function formatEstimate(estimate: CostEstimate, others: Alternatives): string {
  const { plan, checksPerMonth, usdPerMonth, usdPerMillionChecks } = estimate;
  const perMillion = (usd: number) => (usd / checksPerMonth) * 1_000_000;
  const lines = Object.values(CostGroup).flatMap((group) => {
    const items = estimate.items.filter((item) => item.group === group);
    const rows = items.map(({ name, usdPerMonth: usd }) => row(`  ${name}`, usd, perMillion(usd)));
    const sums = row(TITLES[group], usdPerMonth[group], usdPerMillionChecks[group]);
    return items.length > 1 ? [sums, ...rows] : [sums];
  });
  return [
    ...describePlan(plan, checksPerMonth),
    '',
    `${'USD'.padEnd(NAME_WIDTH)}${'a month'.padStart(COLUMN_WIDTH)}${'a million checks'.padStart(COLUMN_WIDTH)}`,
    ...lines,
    row('total', usdPerMonth.total, usdPerMillionChecks.total),
    '',
    ...describeAlternatives(others, checksPerMonth),
    '',
    `List prices of ${PRICE_REGION} as entered on ${PRICES_AS_OF}, a month of 30 days. Nothing`,
    'that is free for an account is taken off, and no NAT gateway is in it.',
    '',
  ].join('\n');
}

function describePlan(plan: FleetPlan, checksPerMonth: number): readonly string[] {
  const { proxies, everySeconds, https, alive, latencyMs, timeoutMs, attempts, hosts } = plan;
  const tries = `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`;
  const where =
    hosts === null ? 'a host each' : `${whole(hosts)} ${hosts === 1 ? 'host' : 'hosts'}`;
  return [
    `${whole(proxies)} proxies every ${minutes(everySeconds)}: ${millions(checksPerMonth)} checks a month`,
    `${https ? 'https:' : 'http:'} target, ${percent(alive)} alive in ${latencyMs} ms, ` +
      `time-out ${timeoutMs} ms, ${tries}, ${where}`,
  ];
}

function describeAlternatives(others: Alternatives, checksPerMonth: number): readonly string[] {
  const { itemPerCheck, alwaysOnVm } = others;
  const { usdPerMonth, breakEvenChecksPerMonth } = alwaysOnVm;
  const perMillion = (usdPerMonth / checksPerMonth) * 1_000_000;
  return [
    row('with an item for every check', itemPerCheck.usdPerMonth, itemPerCheck.usdPerMillionChecks),
    row('on a small VM that is always on', usdPerMonth, perMillion),
    `The VM costs less from ${millions(breakEvenChecksPerMonth)} checks a month on, if one is enough.`,
  ];
}

function row(name: string, usdPerMonth: number, usdPerMillion: number): string {
  return (
    name.padEnd(NAME_WIDTH) +
    dollars(usdPerMonth, 2).padStart(COLUMN_WIDTH) +
    dollars(usdPerMillion, 4).padStart(COLUMN_WIDTH)
  );
}

function dollars(usd: number, digits: number): string {
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return usd.toLocaleString('en-US', fixed);
}

function whole(value: number): string {
  return value.toLocaleString('en-US');
}

/** Formats a count as `86.4 million`, or as it is below a million. */
function millions(count: number): string {
  if (count < 1_000_000) return whole(Math.round(count));
  return `${(count / 1_000_000).toLocaleString('en-US', { maximumSignificantDigits: 3 })} million`;
}

function minutes(seconds: number): string {
  if (seconds % 3600 === 0) return seconds === 3600 ? 'hour' : `${seconds / 3600} hours`;
  return seconds === 60 ? 'minute' : `${seconds / 60} minutes`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}

import { MONTH_SECONDS, useOfIdleStack } from './idle-use.ts';
import { PRICES, type Price, usdFor } from './prices.ts';
import { QUANTITIES, type Quantities } from './quantities.ts';
import { type FleetPlan, useOfSweep } from './sweep-use.ts';

/** What an item of a bill depends on. */
export const CostGroup = {
  /** On the checks that are made. */
  sweeps: 'sweeps',
  /** On nothing: a stack that does nothing costs it too. */
  stack: 'stack',
  /** On the bytes that are sent to proxies. */
  egress: 'egress',
} as const;
export type CostGroup = (typeof CostGroup)[keyof typeof CostGroup];

/** An item of a bill. */
export interface CostItem {
  readonly group: CostGroup;
  readonly name: string;
  /** How many of the price's unit in a month. */
  readonly amount: number;
  readonly unit: string;
  readonly usdPerMonth: number;
}

/** What checking a fleet costs in a month of 30 days, USD. */
export interface CostEstimate {
  readonly plan: FleetPlan;
  readonly checksPerMonth: number;
  readonly items: readonly CostItem[];
  readonly usdPerMonth: Readonly<Record<CostGroup | 'total', number>>;
  readonly usdPerMillionChecks: Readonly<Record<CostGroup | 'total', number>>;
}

const GB = 1e9;
/** IP and TCP headers of a segment, time stamps included, bytes. */
const SEGMENT_HEADERS = 52;
/** Segments that a checker sends for one check, counted on loopback. */
const SEGMENTS = { http: 5, https: 9 };

/** Estimates what a fleet costs. */
export function estimateCost(plan: FleetPlan, quantities: Quantities = QUANTITIES): CostEstimate {
  const sweeps = MONTH_SECONDS / plan.everySeconds;
  const checksPerMonth = sweeps * plan.proxies;
  const items = [
    ...sweepItems(plan, sweeps, quantities),
    ...idleItems(1, quantities),
    metricsItem(plan, quantities),
    egressItem(plan, checksPerMonth, quantities),
  ];
  const sumOf = (group: CostGroup) => sum(items.filter((item) => item.group === group));
  const groups = { sweeps: sumOf('sweeps'), stack: sumOf('stack'), egress: sumOf('egress') };
  const usdPerMonth = { ...groups, total: sum(items) };
  const perMillion = (usd: number) => (usd / checksPerMonth) * 1_000_000;
  return {
    ...{ plan, checksPerMonth, items, usdPerMonth },
    usdPerMillionChecks: {
      sweeps: perMillion(usdPerMonth.sweeps),
      stack: perMillion(usdPerMonth.stack),
      egress: perMillion(usdPerMonth.egress),
      total: perMillion(usdPerMonth.total),
    },
  };
}

function sweepItems(plan: FleetPlan, sweeps: number, quantities: Quantities): readonly CostItem[] {
  const use = useOfSweep(plan, quantities);
  const { perCheck, rowBytes } = quantities;
  // Results are kept for as long as a month is here.
  const storedGb = (sweeps * plan.proxies * perCheck.storedBytes + plan.proxies * rowBytes) / GB;
  const logGb = (use.logBytes * sweeps) / GB;
  const item = (name: string, price: Price, amount: number) =>
    toItem({ group: CostGroup.sweeps, name, price, amount });
  const requests = (use.invocations + 1) * sweeps;
  return [
    item('DynamoDB writes', PRICES.dynamodbWrite, use.writeUnits * sweeps),
    item('DynamoDB index writes', PRICES.dynamodbWrite, use.indexUnits * sweeps),
    item('DynamoDB reads', PRICES.dynamodbRead, use.readUnits * sweeps),
    item('DynamoDB storage', PRICES.dynamodbStorage, storedGb),
    item('DynamoDB recovery', PRICES.dynamodbRecovery, storedGb),
    item('Lambda, checker', PRICES.lambdaTime, use.checkerGbSeconds * sweeps),
    item('Lambda, fan-out', PRICES.lambdaTime, use.fanOutGbSeconds * sweeps),
    item('Lambda requests', PRICES.lambdaRequest, requests),
    item('SQS', PRICES.sqsRequest, use.sqsRequests * sweeps),
    item('EventBridge', PRICES.event, use.events * sweeps),
    item('logs', PRICES.logIngest, logGb),
    item('logs, kept', PRICES.logStorage, logGb),
  ];
}

/**
 * What a stack costs that does nothing.
 *
 * @param pools that have a schedule
 */
export function idleItems(pools: number, quantities: Quantities = QUANTITIES): readonly CostItem[] {
  const use = useOfIdleStack(pools, quantities);
  const item = (name: string, price: Price, amount: number) =>
    toItem({ group: CostGroup.stack, name, price, amount });
  return [
    item('alarms', PRICES.alarm, use.alarms),
    item('SQS, empty receives', PRICES.sqsRequest, use.emptyReceives),
    item('KMS', PRICES.kmsRequest, use.keyRequests),
    item('ticks, Scheduler', PRICES.schedule, use.ticks),
    item('ticks, Lambda', PRICES.lambdaTime, use.tickGbSeconds),
    item('ticks, Lambda requests', PRICES.lambdaRequest, use.ticks),
    item('ticks, DynamoDB reads', PRICES.dynamodbRead, use.readUnits),
    item('ticks, logs', PRICES.logIngest, use.logBytes / GB),
  ];
}

/** A metric costs for as many hours as it gets values. */
function metricsItem({ everySeconds }: FleetPlan, { metrics }: Quantities): CostItem {
  const amount = metrics.length * Math.min(1, 3600 / everySeconds);
  return toItem({ group: CostGroup.stack, name: 'metrics', price: PRICES.metric, amount });
}

function egressItem({ https }: FleetPlan, checks: number, { perCheck }: Quantities): CostItem {
  const kind = https ? 'https' : 'http';
  const bytes = perCheck.sentBytes[kind] + SEGMENTS[kind] * SEGMENT_HEADERS;
  const amount = (checks * bytes) / GB;
  return toItem({ group: CostGroup.egress, name: 'egress', price: PRICES.egress, amount });
}

function toItem({
  price,
  ...rest
}: Pick<CostItem, 'group' | 'name' | 'amount'> & { readonly price: Price }): CostItem {
  return { ...rest, unit: price.unit, usdPerMonth: usdFor(price, rest.amount) };
}

function sum(items: readonly CostItem[]): number {
  return items.reduce((total, { usdPerMonth }) => total + usdPerMonth, 0);
}

import type { CostEstimate } from './estimate-cost.ts';
import { MONTH_SECONDS } from './idle-use.ts';
import { PRICES, usdFor } from './prices.ts';

/** What other ways to do the same would cost, USD. */
export interface Alternatives {
  /** The same stack with an item in the database for every check. */
  readonly itemPerCheck: {
    readonly usdPerMillionChecks: number;
    readonly usdPerMonth: number;
  };
  /** A virtual machine that is always on: the machine, its address and its disk. */
  readonly alwaysOnVm: {
    readonly usdPerMonth: number;
    /** From so many checks a month on it costs less; it has the same egress. */
    readonly breakEvenChecksPerMonth: number;
  };
}

const VM_DISK_GB = 10;
const HOURS = MONTH_SECONDS / 3600;

/** Writes that an item for every check stands in place of: an item of up to 1 KB is one unit. */
const REPLACED = 'DynamoDB writes';

/** What a virtual machine costs in a month without what it sends, USD. */
export function vmUsdPerMonth(): number {
  const { vm, vmAddress, vmDisk } = PRICES;
  return usdFor(vm, HOURS) + usdFor(vmAddress, HOURS) + usdFor(vmDisk, VM_DISK_GB);
}

/** Compares an estimate with other ways to do the same. */
export function alternativesTo({ items, checksPerMonth, usdPerMonth }: CostEstimate): Alternatives {
  const replaced = items.filter(({ name }) => name === REPLACED);
  const saved = replaced.reduce((sum, item) => sum + item.usdPerMonth, 0);
  const perCheck = usdPerMonth.total - saved + usdFor(PRICES.dynamodbWrite, checksPerMonth);
  const vm = vmUsdPerMonth();
  const sweepUsd = usdPerMonth.sweeps / checksPerMonth;
  return {
    itemPerCheck: {
      usdPerMonth: perCheck,
      usdPerMillionChecks: (perCheck / checksPerMonth) * 1_000_000,
    },
    alwaysOnVm: {
      usdPerMonth: vm + usdPerMonth.egress,
      breakEvenChecksPerMonth: Math.max(0, (vm - usdPerMonth.stack) / sweepUsd),
    },
  };
}

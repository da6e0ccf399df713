/**
 * The metrics that alarms and the dashboard read, by the names the functions write. All are in the
 * namespace the stack gives the functions, with the dimensions `service` and `stack`.
 */

/** Keeps the metrics of several stacks and constructs in one account and region apart. */
export const STACK_DIMENSION = 'stack';

/** `service` of the sweep metrics, the same whichever function writes them. */
export const SWEEPS_SERVICE = 'sweeps';

export const SweepMetric = {
  /** Sweeps closed without all their batches. */
  incomplete: 'SweepsIncomplete',
  /** Sweeps still running after their deadline, written by every tick that finds some. */
  overdue: 'SweepsOverdue',
  /** Ended sweeps of at least one proxy in which every verdict is `inconclusive`. */
  inconclusive: 'SweepsInconclusive',
  /** Pools whose last sweep left them below their own limit, written by every tick that finds some. */
  belowLimit: 'PoolsBelowLimit',
} as const;
export type SweepMetric = (typeof SweepMetric)[keyof typeof SweepMetric];

/** Pools that a tick failed for; `service` is `fan-out`. */
export const TICK_FAILURES = 'TickFailures';

/**
 * The metrics that alarms watch, by the names the functions write and the stack's alarms read. All
 * are in the namespace the stack gives the functions, with the one dimension `service`.
 */

/** `service` of the sweep metrics, the same whichever function writes them. */
export const SWEEPS_SERVICE = 'sweeps';

export const SweepMetric = {
  /** Sweeps closed without all their batches. */
  incomplete: 'SweepsIncomplete',
  /** Sweeps still running after their deadline; every tick writes it, even when there are none. */
  overdue: 'SweepsOverdue',
  /** Ended sweeps of at least one proxy in which every verdict is `inconclusive`. */
  inconclusive: 'SweepsInconclusive',
} as const;
export type SweepMetric = (typeof SweepMetric)[keyof typeof SweepMetric];

/** Pools that a tick failed for; `service` is `fan-out`. */
export const TICK_FAILURES = 'TickFailures';

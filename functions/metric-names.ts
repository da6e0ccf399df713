/**
 * The metrics that alarms watch, by the names the functions write and the stack's alarms read. All
 * are in the namespace the stack gives the functions, with the one dimension `service`.
 */

/** `service` of the metrics of sweeps: which function saw it does not matter. */
export const SWEEPS_SERVICE = 'sweeps';

export const SweepMetric = {
  /** Sweeps closed without all their batches. */
  incomplete: 'SweepsIncomplete',
  /** Sweeps still running after their deadline; written by every tick, also when none is. */
  overdue: 'SweepsOverdue',
  /** Ended sweeps of at least one proxy in which every verdict is `inconclusive`. */
  inconclusive: 'SweepsInconclusive',
} as const;
export type SweepMetric = (typeof SweepMetric)[keyof typeof SweepMetric];

/** Pools a tick could not tend; `service` is `fan-out`. */
export const TICK_FAILURES = 'TickFailures';

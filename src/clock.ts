/** Where time comes from; injected so that tests can move it. */
export interface Clock {
  /** The wall clock: milliseconds since the Unix epoch. For instants that are stored or shown. */
  now(): number;
  /** A monotonic clock in milliseconds. For durations and deadlines inside one process. */
  monotonic(): number;
}

/** The machine's own clocks; the only place that reads them. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** The `source` of every event, for rules to match. */
export const EVENT_SOURCE = 'lighthouse';

/** The `detail-type` of each event. */
export const EventType = {
  /** A sweep has changed a proxy's status. */
  proxyStatusChanged: 'Proxy Status Changed',
  /** A sweep has been closed. */
  sweepFinished: 'Sweep Finished',
} as const;
export type EventType = (typeof EventType)[keyof typeof EventType];

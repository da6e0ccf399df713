/**
 * The environment variables the functions read, once per cold start. The CDK constructs set them
 * by these names; nothing else configures a function.
 */
export const EnvironmentName = {
  /** Table names, one variable per table. */
  poolsTable: 'POOLS_TABLE',
  proxiesTable: 'PROXIES_TABLE',
  resultsTable: 'RESULTS_TABLE',
  sweepsTable: 'SWEEPS_TABLE',
  /** URL of the queue that carries one message per batch. */
  batchQueueUrl: 'BATCH_QUEUE_URL',
  /** URL of the queue that keeps the messages of batches that kept failing. */
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  /** Name or ARN of the function that the api invokes to dispatch a sweep. */
  fanOutFunction: 'FAN_OUT_FUNCTION',
  /** Name of the EventBridge bus that events are put on. */
  eventBusName: 'EVENT_BUS_NAME',
  /** The checker's timeout, which bounds what a pool's options may ask for. */
  checkerTimeoutSeconds: 'CHECKER_TIMEOUT_SECONDS',
  /** The batch queue's visibility timeout, which a sweep's deadline is computed from. */
  visibilityTimeoutSeconds: 'VISIBILITY_TIMEOUT_SECONDS',
  /** Receives of a message that may fail before it goes to the dead-letter queue. */
  maxReceives: 'MAX_RECEIVES',
  /** The most checkers that run at once: the event source's maximum concurrency. */
  checkerConcurrency: 'CHECKER_CONCURRENCY',
  /** The most probes that one checker holds in flight. */
  maxInFlight: 'MAX_IN_FLIGHT',
  /** The most probes that one checker holds in flight on one proxy host. */
  maxInFlightPerHost: 'MAX_IN_FLIGHT_PER_HOST',
  /** The stack or construct that the functions belong to: the dimension `stack` of their metrics. */
  metricsStack: 'METRICS_STACK',
  /** `true` allows private addresses; only the local stack sets it. */
  allowPrivateAddresses: 'ALLOW_PRIVATE_ADDRESSES',
} as const;
export type EnvironmentName = (typeof EnvironmentName)[keyof typeof EnvironmentName];

/** The functions of the stack; also the folder of each handler and of its bundle. */
export const FUNCTION_NAMES = ['fan-out', 'checker', 'api'] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

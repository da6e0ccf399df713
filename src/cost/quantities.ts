import measured from './quantities.json' with { type: 'json' };

/** The proxies of a sweep, and how they are checked: what a checker's time depends on. */
export interface CheckerScenario {
  /** Whether the target is an `https:` one. */
  readonly https: boolean;
  /** The share of proxies that answer, 0 to 1; the others never do. */
  readonly alive: number;
  /** How long an answer takes, milliseconds. */
  readonly latencyMs: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  /** Hosts that the proxies are on, such as gateways; null for one each. */
  readonly hosts: number | null;
  /** The pool's setting of that name, 1 to 256. @default 32 */
  readonly maxInFlightPerHost?: number;
}

/** What something takes of the services that charge by use. */
export interface Counts {
  /** Write request units of the tables. */
  readonly writeUnits: number;
  /** Those of their indexes. */
  readonly indexUnits: number;
  readonly readUnits: number;
  /** Requests to SQS that functions make. */
  readonly sqsRequests: number;
  readonly events: number;
  /** Bytes that CloudWatch Logs takes in. */
  readonly logBytes: number;
}

/** A scenario as it was run, and what it took. */
export interface MeasuredScenario extends CheckerScenario {
  readonly name: string;
  readonly checks: number;
  /** Billed time of checkers for a million checks, seconds. */
  readonly secondsPerMillion: number;
  /** CPU time of a check, its share of everything else a checker does included, milliseconds. */
  readonly cpuMsPerCheck: number;
  readonly invocations: number;
}

/** What the pipeline takes, measured on the wire; `npm run cost:measure` measures it again. */
export interface Quantities {
  /** Instant, ISO 8601. */
  readonly measuredAt: string;
  /** Where the times were taken, and how a share of a core was given. */
  readonly machine: string;
  /** Results of a steady sweep: what grows with the proxies. */
  readonly perCheck: Pick<Counts, 'writeUnits' | 'readUnits'> & {
    /** Of the result, in DynamoDB's own form. */
    readonly storedBytes: number;
    /** Sent to the proxy, without the headers of TCP and IP. */
    readonly sentBytes: { readonly http: number; readonly https: number };
  };
  /** Each of the first rows, from which the size of a pool is estimated before a sweep. */
  readonly perSampledRow: Pick<Counts, 'readUnits'>;
  readonly perBatch: Counts;
  readonly perSweep: Counts;
  /** One invocation of the checker, without the lines that Lambda itself writes. */
  readonly perInvocation: Pick<Counts, 'logBytes'>;
  readonly perStatusChange: Pick<Counts, 'writeUnits' | 'indexUnits' | 'readUnits' | 'events'>;
  /** A tick that finds nothing to do, and how much more for each pool that has a schedule. */
  readonly perTick: Pick<Counts, 'readUnits' | 'logBytes'>;
  readonly perTickAndPool: Pick<Counts, 'readUnits'>;
  /** A proxy that an import brings, and one that the pool has already. */
  readonly perNewProxy: Pick<Counts, 'writeUnits' | 'indexUnits' | 'readUnits'>;
  readonly perKnownProxy: Pick<Counts, 'writeUnits' | 'readUnits'>;
  /** A proxy's row and its entry in the index. */
  readonly rowBytes: number;
  /** Metrics that a steady sweep writes. */
  readonly metrics: readonly string[];
  readonly checker: {
    /** CPU time of a check by its outcome, at a Lambda's share of a core, milliseconds. */
    readonly cpuMs: { readonly http: number; readonly https: number; readonly failed: number };
    /** What an invocation takes besides its probes, milliseconds. */
    readonly overheadMs: number;
    /** Starting an environment, milliseconds; billed since August 2025. */
    readonly initMs: number;
  };
  readonly fanOut: {
    /** A tick that finds nothing to do, milliseconds. */
    readonly tickMs: number;
    /** Starting a sweep and sending its batches, milliseconds; more with thousands of batches. */
    readonly startMs: number;
  };
  readonly scenarios: readonly MeasuredScenario[];
}

/** The quantities of this version. */
export const QUANTITIES: Quantities = measured;

import { LighthouseError } from '../errors.ts';
import { type Blame, describeFailure, type FailureCode } from './failure.ts';

/** What is known about a failure besides its code. */
export interface FailureEvidence {
  /** The HTTP status that was received. */
  readonly statusCode?: number;
  /** The issuer of the certificate that was shown for the target. */
  readonly certificateIssuer?: string;
  /** Whose fault it is, where that is not the party that the code names. */
  readonly blame?: Blame;
  /** What the proxy says of itself, as it came; to be cleaned before it is kept. */
  readonly proxySays?: string;
  readonly cause?: unknown;
}

/**
 * Ends an attempt from within. It never leaves the engine, since a dead proxy is a result. Its
 * message is the sentence of the failure table and holds nothing that a peer has sent.
 */
export class ProbeFailure extends LighthouseError {
  declare readonly code: FailureCode;
  readonly evidence: FailureEvidence;

  constructor(code: FailureCode, evidence: FailureEvidence = {}) {
    super(code, describeFailure(code).sentence, { cause: evidence.cause });
    this.evidence = evidence;
  }
}

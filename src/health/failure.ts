/** Stable codes of everything that can fail a probe. */
export type FailureCode = string;

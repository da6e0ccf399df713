/** How the use of a leased proxy went, as its user saw it. */
export const LeaseOutcome = {
  ok: 'ok',
  /** It worked, but too slowly for its user. */
  slow: 'slow',
  /** The target refused this proxy: says nothing about other targets. */
  blocked: 'blocked',
  /** The proxy did not work. */
  failed: 'failed',
} as const;
export type LeaseOutcome = (typeof LeaseOutcome)[keyof typeof LeaseOutcome];

/** How often uses of a proxy ended in each outcome. */
export type UseCounts = Readonly<Record<LeaseOutcome, number>>;

/** Before the first use. */
export const NO_USES: UseCounts = { ok: 0, slow: 0, blocked: 0, failed: 0 };

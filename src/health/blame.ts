/** The party a failure is blamed on. */
export const Blame = {
  /** The proxy: down, broken, or not what its entry says. */
  proxy: 'proxy',
  /** The user name or password, or their absence. */
  credentials: 'credentials',
  /** The account with the provider: too many requests, or unpaid. */
  quota: 'quota',
  /** The target, or its network as the proxy sees it. */
  target: 'target',
  /** A party between the proxy and the target that answers in the target's name. */
  interception: 'interception',
  /** The proxy or the target; the wire does not show which. */
  unclear: 'unclear',
  /** Nobody yet: the target was not asked directly, so that the failure is unconfirmed. */
  unconfirmed: 'unconfirmed',
  /** The machine that checks. Never counted against a proxy. */
  us: 'us',
} as const;
export type Blame = (typeof Blame)[keyof typeof Blame];

/** What one failure code means. */
export interface FailureRow {
  readonly blame: Blame;
  /** True when another attempt may succeed; only such failures are retried. */
  readonly transient: boolean;
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** What the owner of the proxy can do about it, in one sentence. */
  readonly whatToDo: string;
}

/** Makes a row from its values in order, so that a table takes few lines. */
export function row(
  blame: Blame,
  retry: 'retried' | 'final',
  sentence: string,
  whatToDo: string,
): FailureRow {
  return { blame, transient: retry === 'retried', sentence, whatToDo };
}

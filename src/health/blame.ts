/** Whose fault a failure is. */
export const Blame = {
  /** The proxy: down, broken, or not what its entry says. */
  proxy: 'proxy',
  /** The user name or password, or their absence. */
  credentials: 'credentials',
  /** The account at the provider: too many requests, or unpaid. */
  quota: 'quota',
  /** The target, or its network as the proxy sees it. */
  target: 'target',
  /** Somebody between the proxy and the target answers in the target's name. */
  interception: 'interception',
  /** Proxy or target; the wire does not tell which. */
  unclear: 'unclear',
  /** The machine that checks. Never counted against a proxy. */
  us: 'us',
} as const;
export type Blame = (typeof Blame)[keyof typeof Blame];

/** What one failure code means. */
export interface FailureRow {
  readonly blame: Blame;
  /** True when another attempt may go better: the only failures that are retried. */
  readonly transient: boolean;
  /** What happened, in one sentence. */
  readonly sentence: string;
  /** What the owner of the proxy can do about it, in one sentence. */
  readonly whatToDo: string;
}

/** One row, written on few lines. */
export function row(
  blame: Blame,
  retry: 'retried' | 'final',
  sentence: string,
  whatToDo: string,
): FailureRow {
  return { blame, transient: retry === 'retried', sentence, whatToDo };
}

import { Verdict } from './health-check-result.ts';

/** What a pool believes about a proxy after rise/fall. `banned` is set only by hand. */
export const ProxyStatus = {
  unknown: 'unknown',
  active: 'active',
  slow: 'slow',
  inactive: 'inactive',
  banned: 'banned',
} as const;
export type ProxyStatus = (typeof ProxyStatus)[keyof typeof ProxyStatus];

/** How many consecutive verdicts change a status. */
export interface RiseFall {
  /** Verdicts in a row before a proxy changes to `active` or `slow`, 1 to 10. @default 1 */
  readonly rise: number;
  /** Verdicts in a row before a proxy changes to `inactive`, 1 to 10. @default 1 */
  readonly fall: number;
}

/** Consecutive conclusive verdicts that differ from the status. */
export interface Streak {
  readonly verdict: Verdict;
  readonly count: number;
}

/** The part of a proxy's row that rise/fall reads and writes. */
export interface StatusState {
  readonly status: ProxyStatus;
  readonly streak: Streak | null;
}

/**
 * Applies one verdict to a status. `inconclusive` changes nothing; a verdict equal to the status
 * clears the streak; `unknown` takes its first verdict at once; a banned proxy stays banned.
 * Returns the same object when nothing changes.
 */
export function applyVerdict(
  state: StatusState,
  verdict: Verdict,
  { rise, fall }: RiseFall,
): StatusState {
  if (verdict === Verdict.inconclusive || state.status === ProxyStatus.banned) return state;
  if (verdict === state.status)
    return state.streak ? { status: state.status, streak: null } : state;
  if (state.status === ProxyStatus.unknown) return { status: verdict, streak: null };
  const count = state.streak?.verdict === verdict ? state.streak.count + 1 : 1;
  const threshold = verdict === Verdict.inactive ? fall : rise;
  return count >= threshold
    ? { status: verdict, streak: null }
    : { status: state.status, streak: { verdict, count } };
}

/** What a check of `lighthouse doctor` found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly name: string;
  /** `wrong` when something will not work; `note` when something is absent that not all need. */
  readonly state: 'ok' | 'note' | 'wrong';
  /** What was found, and beside what it was held. */
  readonly found: string;
  /** What to do; absent when there is nothing to do. */
  readonly advice?: string;
}

/** Judges a value that has to be at least so much. */
export function atLeast(
  finding: Pick<Finding, 'name' | 'found'> & { readonly advice: string },
  { has, needs }: { readonly has: number; readonly needs: number },
): Finding {
  const { name, found, advice } = finding;
  return has >= needs ? { name, found, state: 'ok' } : { name, found, state: 'wrong', advice };
}

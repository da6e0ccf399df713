import { InvalidInputError } from '../../errors.ts';
import type { LeaseCandidate } from './candidate.ts';
import type { ProxySelector } from './selectors.ts';

/** Races lost to choices that were the selector's alone. */
const CHOSEN_FREELY = 3;
/** What is left to choose from shrinks by it with each further race that is lost. */
const SHRINKING = 4;

/** Someone who picks a candidate, and has lost some races for others. */
export interface Choice {
  readonly select: ProxySelector;
  readonly random: () => number;
  /** Races lost for candidates of the same sample. */
  readonly lost: number;
}

/**
 * The candidate a selector picks; undefined when it wants none. Whoever has lost some races has met
 * others whose selector ranks as his does: then it is shown a random part of the candidates, fewer
 * each time, so that they part.
 *
 * @throws {InvalidInputError} when the selector returns something else than a candidate
 */
export function chooseCandidate(
  candidates: readonly LeaseCandidate[],
  { select, random, lost }: Choice,
): LeaseCandidate | undefined {
  const share = SHRINKING ** Math.max(0, lost + 1 - CHOSEN_FREELY);
  const some = share === 1 ? [] : pickSome(candidates, share, random);
  // Of a part it may want none, and yet one of the others.
  const chosen = (some.length > 0 ? select(some, random) : undefined) ?? select(candidates, random);
  if (chosen && !candidates.includes(chosen))
    throw new InvalidInputError('a selector must return one of its candidates');
  return chosen;
}

/** One in `share` of the candidates, at random; at least one. */
function pickSome(
  candidates: readonly LeaseCandidate[],
  share: number,
  random: () => number,
): readonly LeaseCandidate[] {
  const left = [...candidates];
  const some: LeaseCandidate[] = [];
  const wanted = Math.max(1, Math.floor(candidates.length / share));
  while (some.length < wanted && left.length > 0) {
    some.push(...left.splice(Math.floor(random() * left.length), 1));
  }
  return some;
}

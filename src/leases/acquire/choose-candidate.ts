import { InvalidInputError } from '../../errors.ts';
import type { LeaseCandidate } from './candidate.ts';
import type { ProxySelector } from './selectors.ts';

/** Lost races after which the selector sees only a part of the candidates. */
const CHOSEN_FREELY = 3;
/** How many times smaller that part becomes with each further lost race. */
const SHRINKING = 4;

/** How to pick a candidate, and how often that has failed. */
export interface Choice {
  readonly select: ProxySelector;
  readonly random: () => number;
  /** Races lost for candidates of the same sample. */
  readonly lost: number;
}

/**
 * The candidate a selector picks; undefined when it wants none. After some lost races, other
 * consumers evidently rank the candidates the same way: the selector is then shown a random part of
 * them, smaller each time, so that their choices differ.
 *
 * @throws {InvalidInputError} when the selector returns anything other than a candidate
 */
export function chooseCandidate(
  candidates: readonly LeaseCandidate[],
  { select, random, lost }: Choice,
): LeaseCandidate | undefined {
  const share = SHRINKING ** Math.max(0, lost + 1 - CHOSEN_FREELY);
  const some = share === 1 ? [] : pickSome(candidates, share, random);
  // It may want none of the part, and yet one of the others.
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

/** Random choices that a seed makes repeatable. */
export interface Random {
  /** True with a probability of 0 to 1. */
  chance(probability: number): boolean;
  /** A whole number from `low` to below `high`. */
  between(low: number, high: number): number;
  /** One of the items. @throws {RangeError} when there is none */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32: small, and good enough to choose faults and bodies. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low));
  return {
    chance: (probability) => next() < probability,
    between,
    pick(items) {
      const [item] = items.slice(between(0, items.length));
      if (item === undefined) throw new RangeError('there is nothing to pick from');
      return item;
    },
  };
}

/** Slots to begin with: most lists are short. */
const FIRST_CAPACITY = 1024;
/**
 * The fewest slots of a table that has grown (2 MB). Lists of up to 200,000 proxies grow it once,
 * near their beginning, and the memory of their checks is flat from there on.
 */
const GROWN_CAPACITY = 2 ** 18;
/** 8 bytes a slot: from 200,000 entries on, 10 to 20 an entry, under 32 even while copied. */
const MAX_LOAD = 0.8;

/**
 * Remembers which proxies a list has named, by 64 bits of their id, in an open-addressing table.
 *
 * Ids are keyed hashes, so nobody without the salt can aim at a slot or a collision; among a
 * million proxies the chance that any two share the 64 bits is 1 in 10^7.
 */
export class DuplicateSet {
  /** Two words a slot; the second is 0 when the slot is free. */
  #slots = new Uint32Array(FIRST_CAPACITY * 2);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The memory of the table. */
  get byteLength(): number {
    return this.#slots.byteLength;
  }

  /**
   * Adds an id.
   *
   * @param id a UUID whose first and last 8 hex digits are uniform
   * @returns whether it was new
   */
  add(id: string): boolean {
    const high = Number.parseInt(id.slice(0, 8), 16);
    const low = Number.parseInt(id.slice(-8), 16) || 1;
    if ((this.#size + 1) * 2 > this.#slots.length * MAX_LOAD) this.#grow();
    const isNew = insert(this.#slots, high, low);
    if (isNew) this.#size += 1;
    return isNew;
  }

  #grow(): void {
    const old = this.#slots;
    const slots = new Uint32Array(Math.max(old.length * 2, GROWN_CAPACITY * 2));
    for (let at = 0; at < old.length; at += 2) {
      const low = old[at + 1] ?? 0;
      if (low !== 0) insert(slots, old[at] ?? 0, low);
    }
    this.#slots = slots;
  }
}

/** Linear probing; the capacity is a power of two. */
function insert(slots: Uint32Array, high: number, low: number): boolean {
  const mask = slots.length / 2 - 1;
  let slot = high & mask;
  while (slots[slot * 2 + 1] !== 0) {
    if (slots[slot * 2] === high && slots[slot * 2 + 1] === low) return false;
    slot = (slot + 1) & mask;
  }
  slots[slot * 2] = high;
  slots[slot * 2 + 1] = low;
  return true;
}

import { FORMAT, FORMAT_ATTRIBUTE, isNewerFormat } from '../../model/format.ts';
import type { Item } from './database.ts';
import type { Assignment } from './expressions.ts';

/** A new item with the format it is made in. */
export function withFormat(item: Item): Item {
  return { ...item, [FORMAT_ATTRIBUTE]: FORMAT };
}

/** Gives an item that an update may make its format; one that another version made keeps its own. */
export const MARK_FORMAT: Assignment = {
  path: FORMAT_ATTRIBUTE,
  value: FORMAT,
  how: 'unlessSet',
};

/** An item as readers see it: the format is left out if it is known, else it is `newerFormat`. */
export function readFormat({ [FORMAT_ATTRIBUTE]: format, ...item }: Item): Item {
  return isNewerFormat(format) ? { ...item, newerFormat: format } : item;
}

import type { Command } from 'commander';
import { InvalidInputError } from '../../errors.ts';

/**
 * An argument that is empty comes from a variable that is not set; in a path it would name another
 * resource.
 *
 * @throws InvalidInputError naming the first
 */
export function refuseEmpty({ registeredArguments }: Command, args: readonly unknown[]): void {
  const empty = registeredArguments.find((_, index) => args[index] === '');
  if (empty === undefined) return;
  const about = `<${empty.name()}> is empty, and has to be ${empty.description}`;
  throw new InvalidInputError(`${about}; is a variable not set?`);
}

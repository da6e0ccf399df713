import { releaseLease } from './hold/release-lease.ts';
import type { LeaseReference } from './lease.ts';
import type { LeaseContext } from './lease-context.ts';

/**
 * Releases a lease that nobody will be told of. Never throws: what cannot be released ends at its
 * time, and whoever gives it back has something more important to say.
 */
export async function giveBack(context: LeaseContext, lease: LeaseReference): Promise<void> {
  try {
    await releaseLease(context, lease);
  } catch (error) {
    context.reportError(error);
  }
}

import type { CheckFlags } from '../check/check-flags.ts';

/** Every flag of `npm start`. */
export interface StartFlags extends CheckFlags {
  readonly once?: string;
  readonly port?: number;
  readonly verbose?: true;
}

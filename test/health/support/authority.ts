import { createTestAuthority } from '../../../src/local/fleet/index.ts';

/** The authority that the probes of a test trust. */
export const authority = await createTestAuthority();
/** Its certificate for a peer under either name. */
export const certificate = await authority.issue({ names: ['target.test', '127.0.0.1'] });
export const ca = authority.caPem;

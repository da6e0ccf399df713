/** After npm has packed: gives the clone its manifest back. `node build/postpack.ts` does so too. */
import { restoreClone } from './manifest-files.ts';

await restoreClone();

import { fileURLToPath } from 'node:url';

/** The clone. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What `npm run build` makes. */
export const DIST = fileURLToPath(new URL('../dist', import.meta.url));

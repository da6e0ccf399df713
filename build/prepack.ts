/**
 * Before npm packs: builds, and puts the published manifest in place of the clone's, which waits in
 * `package.json.clone` for `postpack.ts`. The manifest is swapped last, for the second that packing
 * takes.
 */
import './main.ts';
import { readFile } from 'node:fs/promises';
import { putPublished, restoreClone } from './manifest-files.ts';
import { importedPackages, type Manifest, toPublished } from './published-manifest.ts';

const path = await restoreClone();
const source: Manifest = JSON.parse(await readFile(path, 'utf8'));
await putPublished(toPublished(source, await importedPackages()));

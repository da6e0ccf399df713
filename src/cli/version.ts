import { readFileSync } from 'node:fs';
import * as z from 'zod';

const manifestSchema = z.object({ version: z.string(), engines: z.object({ node: z.string() }) });

/** The part of `package.json` that the command line shows; two folders up from sources and build. */
export function readManifest(): z.infer<typeof manifestSchema> {
  const path = new URL('../../package.json', import.meta.url);
  return manifestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
}

import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import * as z from 'zod';
import { belongsToMe } from '../../local/private-files.ts';
import { STACK_FILE } from '../../local/stack-file.ts';
import { CHECKER_FILES, checkerMemoryMb } from '../../model/sweep-limits.ts';
import { errnoOf } from '../errors.ts';
import { atLeast, type Finding } from './check.ts';

/** The window that `lighthouse check` and a checker have by default. */
const IN_FLIGHT = 256;

/** Compares the running Node with the oldest that `engines` in package.json allows. */
export function checkNode(engines: string, version = process.versions.node): Finding {
  const [least = ''] = /\d+(\.\d+)*/.exec(engines) ?? [];
  return atLeast(
    {
      name: 'Node',
      found: `${version}, and ${least} is the oldest that will do`,
      advice: `install Node ${least} or newer`,
    },
    { has: comparable(version), needs: comparable(least) },
  );
}

/** Makes one number of a version's first two, which compares like them. */
function comparable(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 10_000 + minor;
}

/** Compares memory that is free for this process, cgroup limits included, with what probes need. */
export function checkMemory(freeMb = process.availableMemory() / 2 ** 20): Finding {
  const needed = checkerMemoryMb(IN_FLIGHT);
  return atLeast(
    {
      name: 'memory',
      found: `${Math.floor(freeMb)} MB free, and ${IN_FLIGHT} probes in flight need ${needed}`,
      advice: 'free some, or check with a lower --concurrency',
    },
    { has: freeMb, needs: needed },
  );
}

/** Compares the limit of open files with what probes need. */
export function checkDescriptors(limit = openFilesLimit()): Finding {
  const needed = IN_FLIGHT + CHECKER_FILES;
  const shown = limit === Number.POSITIVE_INFINITY ? 'no limit' : `${limit} at most`;
  return atLeast(
    {
      name: 'open files',
      found: `${shown}, and ${IN_FLIGHT} probes in flight need ${needed}`,
      advice: `raise the limit (ulimit -n ${needed}), or check with a lower --concurrency`,
    },
    { has: limit, needs: needed },
  );
}

const reportSchema = z.object({
  userLimits: z.object({ open_files: z.object({ soft: z.union([z.string(), z.number()]) }) }),
});

/** Windows has no such limit. */
function openFilesLimit(): number {
  // Without this a report looks up the names of peers.
  const { report: reporter } = process;
  Object.assign(reporter, { excludeNetwork: true });
  const report = reportSchema.safeParse(reporter.getReport());
  if (!report.success) return Number.POSITIVE_INFINITY;
  const { soft } = report.data.userLimits.open_files;
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft);
}

/** Tells whether `lighthouse up` can keep its files in a directory; leaves nothing there. */
export async function checkDirectory(directory: string): Promise<Finding> {
  const own = dirname(resolve(directory, STACK_FILE));
  const name = 'directory';
  for (const path of [own, resolve(directory)]) {
    try {
      await access(path, constants.W_OK | constants.X_OK);
      if (path !== own) return { name, state: 'ok', found: `${own} can be made` };
      if (await belongsToMe(path)) return { name, state: 'ok', found: `${own} can be written` };
      return refused(`${path} belongs to another user`);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return refused(`${path} cannot be written`);
    }
  }
  return refused(`${directory} does not exist`);
}

function refused(found: string): Finding {
  const advice = 'use a directory of your own: lighthouse up keeps its address and key there';
  return { name: 'directory', state: 'wrong', found, advice };
}

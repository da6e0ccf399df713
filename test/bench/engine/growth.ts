import { slopeOf } from '../../support/slope.ts';
import { Fixture } from './fixture.ts';
import type { Growth } from './report/figures.ts';
import { runJsonChild } from './run-child.ts';
import type { GrowthJob, GrowthReport } from './subjects/growth.ts';
import { fileOf } from './subjects.ts';
import { compile } from './toolchain.ts';

const PROBES = 50_000;
/** Small, so that V8's own pages settle in the first half of a run. */
const YOUNG_GENERATION = '--max-semi-space-size=2';

/** Makes Lighthouse probe tens of thousands of hostile peers and measures how its memory grows. */
export async function measureGrowth(scale: number): Promise<Growth> {
  await using peers = await Fixture.start<{ port: number }>(await compile('hostile'), []);
  const job: GrowthJob = { probes: Math.round(PROBES * scale), port: peers.ports.port };
  const args = ['--expose-gc', YOUNG_GENERATION, fileOf('growth.ts'), JSON.stringify(job)];
  const report = await runJsonChild<GrowthReport>(process.execPath, args);
  const late = report.samples.filter(({ probes }) => probes > job.probes / 2);
  const growthOf = (pick: (sample: (typeof late)[number]) => number) =>
    1000 * slopeOf(late.map((sample) => ({ x: sample.probes, y: pick(sample) })));
  return {
    ...report,
    residentKbPerThousand: growthOf(({ residentKb }) => residentKb),
    heapKbPerThousand: growthOf(({ heapKb }) => heapKb),
  };
}

/** Why the figures of growth are worthless; null when they are not. */
export function findGrowthFault({ verdicts, probes }: Growth): string | null {
  const found = Object.values(verdicts).reduce((sum, count) => sum + count, 0);
  if (found !== probes) return `${found} of ${probes} hostile peers got a verdict`;
  if (verdicts.active || verdicts.slow) return 'a hostile peer was found healthy';
  return null;
}

/** The figures in one line. */
export function describeGrowth(growth: Growth): string {
  const [resident, heap] = [growth.residentKbPerThousand, growth.heapKbPerThousand].map(
    (kb) => `${kb < 0 ? '' : '+'}${kb.toFixed(1)} KB`,
  );
  return (
    `${growth.probes} probes in ${growth.seconds.toFixed(0)} s, ` +
    `resident memory ${resident}, live heap ${heap} per 1,000`
  );
}

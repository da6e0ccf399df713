import { describe, it } from 'vitest';
import { type Tool, whyMissing } from '../tools/tools.ts';

/**
 * Describes tests that need tools. Where one is absent the whole part is skipped and says why; with
 * `REQUIRE_FIDELITY=1`, as in CI, it fails.
 */
export function describeWith(tools: readonly Tool[], title: string, body: () => void): void {
  const reason = tools.map(whyMissing).find((each) => each !== null);
  if (reason === undefined) {
    describe(title, body);
    return;
  }
  describe(title, () => {
    it('has what it needs', ({ skip }) => {
      if (process.env.REQUIRE_FIDELITY === '1') throw new Error(reason);
      skip(reason);
    });
  });
}

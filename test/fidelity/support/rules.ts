import { it } from 'vitest';

/** The titles of the rules that an emulator breaks: what it does, and what AWS does. */
export type Deviations = Readonly<Record<string, string>>;

/** One rule of AWS: a test that every emulator is held to. */
export type Rule = (title: string, test: () => Promise<void>) => void;

/**
 * Makes the rules of one emulator. A rule that it is known to break is tried nevertheless: as long
 * as it fails, it counts as skipped, with the reason; when it passes, the test fails, and the entry
 * is to be deleted.
 */
export function rulesWith(deviations: Deviations): Rule {
  return (title, test) => {
    const reason = deviations[title];
    if (reason === undefined) {
      it(title, test);
      return;
    }
    it(title, async ({ expect, skip }) => {
      const kept = await test().then(
        () => true,
        () => false,
      );
      expect(kept, `this is no longer so, delete the entry: ${reason}`).toBe(false);
      skip(reason);
    });
  };
}

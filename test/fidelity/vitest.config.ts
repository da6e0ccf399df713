import { defineConfig } from 'vitest/config';
import { JsonReporter } from 'vitest/node';
import { FidelityReporter } from './support/reporter.ts';

const outputFile = process.env.FIDELITY_REPORT;

/** What the stack assumes of AWS, tested against other people's emulators and AWS's own client. */
export default defineConfig({
  test: {
    include: ['test/fidelity/**/*.test.ts'],
    // Emulators in Python and on a JVM take seconds where the embedded ones take milliseconds.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    reporters: [
      'default',
      new FidelityReporter(),
      ...(outputFile ? [new JsonReporter({ outputFile })] : []),
    ],
  },
});

import { defineConfig } from 'vitest/config';

/** `npm run test:package`: packs, installs and uses the package, which takes minutes. */
export default defineConfig({
  test: {
    include: ['test/package/**/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 600_000,
  },
});

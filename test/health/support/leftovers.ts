import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect } from 'vitest';

/** The sockets and look-ups of this process; its timers are mostly the test runner's. */
function listResources(): string {
  const kinds = process.getActiveResourcesInfo();
  return kinds
    .filter((kind) => /^(TCP|TLS|GetAddrInfo|Query)/.test(kind))
    .sort()
    .join(' ');
}

/**
 * Notes what is open now; the function it returns tells what is open later, once the handles that
 * are closing have had some turns of the event loop to do so.
 */
export function noteResources(): { readonly before: string; after(): Promise<string> } {
  const before = listResources();
  return {
    before,
    after: async () => {
      for (let turns = 0; turns < 5000 && listResources() !== before; turns++) await turn();
      return listResources();
    },
  };
}

/** Makes every test of a file fail that leaves a socket or a look-up open. */
export function forbidLeftovers(): void {
  let noted: ReturnType<typeof noteResources>;
  beforeEach(() => {
    noted = noteResources();
  });
  afterEach(async () => {
    expect(await noted.after(), 'sockets left').toBe(noted.before);
  });
}

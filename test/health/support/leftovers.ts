import { setImmediate as turn } from 'node:timers/promises';

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

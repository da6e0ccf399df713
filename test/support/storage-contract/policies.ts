import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { PoolPolicy } from '../../../src/model/pool.ts';
import { parsePoolPolicy } from '../../../src/pools/pool-policy.ts';
import { type CreateStorage, makeOptions, makePolicy } from '../factories.ts';
import { TEST_TIME } from '../fakes/fake-clock.ts';

const SOON = TEST_TIME / 1000 + 60;

export function describePolicyStorage(create: CreateStorage): void {
  describe('versions of policies', () => {
    it('are returned as they were stored, with a CA bundle of 256 KB', async () => {
      const { storage } = await create();
      const certificate = `${rootCertificates[0]}\n`;
      const ca = certificate.repeat(Math.floor((256 * 1024) / certificate.length));
      const options = makeOptions({ ca, headers: { 'x-key': 'secret' } });
      const policy = makePolicy({ options, intervalSeconds: 60, maxInFlightPerHost: 200 });
      await storage.policies.put({ policyVersion: 'a', policy });
      await storage.policies.put({ policyVersion: 'b', policy: makePolicy() });
      expect(await storage.policies.get('a')).toEqual(policy);
      expect(await storage.policies.get('b')).toEqual(makePolicy());
      expect(await storage.policies.get('c')).toBeNull();
    });

    it('have the defaults of whatever they were stored without', async () => {
      const { storage } = await create();
      const stored = {
        options: { targetUrl: 'http://target.test/' },
        leasing: { blockSeconds: 60 },
      };
      await storage.policies.put({ policyVersion: 'old', policy: stored as unknown as PoolPolicy });
      expect(await storage.policies.get('old')).toEqual(
        parsePoolPolicy({ options: stored.options, leasing: stored.leasing }),
      );
    });

    it('leave out what is not known, and name what cannot be used', async () => {
      const { storage } = await create();
      const { options, leasing, ...rest } = makePolicy({ riseFall: { rise: 0, fall: 2 } });
      const stored = {
        ...rest,
        options: { ...options, later: true, timeoutMs: 60_000, headers: { host: 'a' } },
        leasing: { ...leasing, later: true, quarantineSeconds: -1 },
        maxInFlightPerHost: 0,
        later: true,
      };
      await storage.policies.put({ policyVersion: 'new', policy: stored as unknown as PoolPolicy });
      const read = (await storage.policies.get('new')) ?? expect.unreachable();
      expect(read).toMatchObject({ options: { timeoutMs: 5000 }, leasing });
      expect(read.riseFall).toEqual({ rise: 1, fall: 2 });
      expect(read.unusable?.map(({ pointer }) => pointer)).toEqual([
        '/options/timeoutMs',
        '/options/headers/host',
        '/rise',
        '/maxInFlightPerHost',
      ]);
      expect(JSON.stringify(read)).not.toContain('later');
    });

    it('expire when they are retired, or with their pool', async () => {
      const { storage, clock } = await create();
      const policy = makePolicy();
      await storage.policies.put({ policyVersion: 'kept', policy });
      await storage.policies.put({ policyVersion: 'retired', policy });
      const inline = { policyVersion: 'inline', policy, expiresAtEpochSeconds: SOON };
      await storage.policies.put(inline);
      await storage.policies.retire('retired', SOON);
      await storage.policies.retire('none', SOON + 60);
      clock.advance(60_000);
      expect(await storage.policies.get('kept')).toEqual(policy);
      for (const policyVersion of ['retired', 'inline', 'none'])
        expect(await storage.policies.get(policyVersion)).toBeNull();
    });
  });
}

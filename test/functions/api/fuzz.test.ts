import { describe, expect, it } from 'vitest';
import { ROUTE_KEYS } from '../../../functions/api/route-keys.ts';
import type { Clock } from '../../../src/clock.ts';
import { MemoryStorage } from '../../../src/storage/memory-storage.ts';
import { fuzz } from '../../fuzz/fuzz.ts';
import { hostileRequest } from '../../fuzz/hostile-requests.ts';
import { createRandom } from '../../support/random.ts';
import { useDynamoDb } from '../../support/storage/dynamodb.ts';
import { TappedStorage } from '../../support/storage/tapped-storage.ts';

const SEED = Math.floor(Math.random() * 2 ** 32);

describe('FAULTS 45: hostile requests to every route', () => {
  const database = useDynamoDb();

  it('get no 5xx: each is done, or refused with a problem document and nothing stored', async () => {
    const { faults, done, requests } = await fuzz({ seed: SEED, seconds: 20, requests: 8_000 });
    expect(faults).toEqual([]);
    if (requests === 8_000) expect([...done.keys()].toSorted()).toEqual([...ROUTE_KEYS].toSorted());
  }, 60_000);

  it('get no 5xx from the embedded DynamoDB either', async () => {
    const openStorage = () => database.openStorage();
    const { faults } = await fuzz({ seed: SEED, seconds: 20, requests: 1_000, openStorage });
    expect(faults).toEqual([]);
  }, 60_000);

  it('are the same from the same seed', () => {
    const known = { pools: ['fleet'], proxyIds: ['p'], leaseIds: ['l'], sweepIds: ['s'] };
    const requestsOf = (seed: number) => {
      const random = createRandom(seed);
      return ROUTE_KEYS.flatMap((routeKey) =>
        Array.from({ length: 20 }, () => hostileRequest(random, routeKey, known)),
      );
    };
    expect(requestsOf(7)).toEqual(requestsOf(7));
    expect(requestsOf(7)).not.toEqual(requestsOf(8));
  });

  it('show an api that fails, and one that stores what it refuses', async () => {
    const faultsWith = async (break_: (storage: TappedStorage) => void) => {
      const openStorage = async () => (clock: Clock) => {
        const storage = new TappedStorage(new MemoryStorage({ clock }));
        break_(storage);
        return storage;
      };
      const bounds = { seed: SEED, seconds: 20, requests: 1_000 };
      return (await fuzz({ ...bounds, openStorage })).faults.join('\n');
    };
    const failing = await faultsWith((storage) => {
      storage.tap('results.get', () => Promise.reject(new Error('gone')));
      storage.tap('sweeps.readLedger', () => Promise.reject(new Error('gone')));
    });
    expect(failing).toMatch(/: 500: the status is 500; /);
    const storing = await faultsWith((storage) => {
      storage.tap('proxies.delete', async (remove, ...args) => {
        await remove(...args);
        return false;
      });
    });
    expect(storing).toMatch(/DELETE \S+\{id\}: 4\d\d: a refusal stored something; /);
  });
});

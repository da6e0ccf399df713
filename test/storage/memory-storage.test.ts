import { describe } from 'vitest';
import { MemoryStorage } from '../../src/storage/memory-storage.ts';
import { describeStorageContract } from '../support/storage-contract/storage-contract.ts';

describe('MemoryStorage', () => {
  describeStorageContract(async (clock) => new MemoryStorage({ clock }));
});

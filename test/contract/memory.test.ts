import { describe } from 'vitest';
import { createMemoryBlobStore, createMemoryStores } from '../../store/memory/index.ts';
import { storesContract } from './all.ts';
import { blobContract } from './blobs.ts';

describe('in memory', () => {
  const stores = createMemoryStores();
  storesContract({ open: async () => stores }, 50);
  const blobs = createMemoryBlobStore();
  blobContract(() => blobs);
});

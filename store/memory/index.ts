import type { Stores } from '../stores.ts';
import { createMemoryAuditStore } from './audit.ts';
import { createMemoryDirectoryStore } from './directory.ts';
import { createMemoryDkimKeyStore } from './dkim-keys.ts';
import { createMemoryErasureStore, type Erasable } from './erasures.ts';
import { createMemoryLinkStore } from './links.ts';
import { createMemoryMail } from './mail.ts';
import { createMemoryOperationsStore } from './operations.ts';
import { createMemoryOutboxStore } from './outbox.ts';
import { createMemorySearchStore } from './search.ts';
import { createMemorySpamTokens } from './spam-tokens.ts';
import { createMemoryTraceStore } from './trace.ts';

export { createMemoryBlobStore } from './blobs.ts';
export { createMemoryObjectStore } from './objects.ts';
export { createMemoryPhotoStore } from './photos.ts';
export { createQueueRecorder } from './queues.ts';

/** All four stores in memory, empty. */
export function createMemoryStores(shards?: string[]): Stores {
  const erasables: Erasable[] = [];
  return {
    directory: createMemoryDirectoryStore(erasables),
    outbox: createMemoryOutboxStore(erasables),
    operations: createMemoryOperationsStore(),
    dkimKeys: createMemoryDkimKeyStore(),
    links: createMemoryLinkStore(erasables),
    ...createMemoryMail(shards, erasables),
    spamTokens: createMemorySpamTokens(erasables),
    search: createMemorySearchStore(erasables),
    audit: createMemoryAuditStore(),
    moves: null,
    erasure: createMemoryErasureStore(erasables),
    trace: createMemoryTraceStore(),
  };
}

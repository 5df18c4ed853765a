import type { ArchiveStore } from '../core/ports/archive.ts';
import type { AuditStore } from '../core/ports/audit.ts';
import type { DirectoryStore } from '../core/ports/directory.ts';
import type { DkimKeyStore } from '../core/ports/dkim.ts';
import type { ErasureStore } from '../core/ports/erasure.ts';
import type { LinkStore } from '../core/ports/links.ts';
import type { MailStore } from '../core/ports/mail.ts';
import type { MoveShards, MoveStore } from '../core/ports/moves.ts';
import type { OperationsStore } from '../core/ports/operations.ts';
import type { OutboxStore } from '../core/ports/outbox.ts';
import type { QuarantineStore } from '../core/ports/quarantine.ts';
import type { SearchStore } from '../core/ports/search.ts';
import type { SpamTokens } from '../core/ports/spam-tokens.ts';
import type { TraceStore } from '../core/ports/trace.ts';
import type { Executor } from './dialect/types.ts';
import { createAuditStore } from './repos/audit-store.ts';
import { createDirectoryArchive } from './repos/directory/archive.ts';
import { createDirectoryStore } from './repos/directory/directory-store.ts';
import { createDkimKeyStore } from './repos/directory/dkim-keys.ts';
import { createLinkStore } from './repos/directory/links.ts';
import { createOperationsStore } from './repos/directory/operations.ts';
import { createOutboxStore } from './repos/directory/outbox.ts';
import { createMoveStore } from './repos/directory/tenant-moves.ts';
import { createErasureStore } from './repos/erasure-store.ts';
import { mailboxArchive } from './repos/mail/archive/mailbox-archive.ts';
import { createMailStore } from './repos/mail/mail-store.ts';
import { createQuarantineStore } from './repos/mail/quarantine.ts';
import { createSpamTokens } from './repos/mail/spam-tokens.ts';
import { createSearchStore } from './repos/search-store.ts';
import { createTraceStore } from './repos/trace-store.ts';
import type { AuditTables } from './schema/audit.ts';
import type { DirectoryTables } from './schema/directory.ts';
import type { MailTables } from './schema/mail.ts';
import type { ShardMoveTables } from './schema/moves.ts';
import type { SearchTables } from './schema/search.ts';

/** The four databases as the services see them. */
export interface Stores {
  directory: DirectoryStore;
  outbox: OutboxStore;
  operations: OperationsStore;
  dkimKeys: DkimKeyStore;
  links: LinkStore;
  mail: MailStore;
  spamTokens: SpamTokens;
  /** Mail that is kept out of its mailbox. */
  quarantine: QuarantineStore;
  /** Mailboxes and tenants as what is written down of them, and made again from that (I28). */
  archive: ArchiveStore;
  search: SearchStore;
  audit: AuditStore;
  /** null where there is one shard for ever (PostgreSQL). */
  moves: { store: MoveStore; shards: MoveShards } | null;
  /** The rows of one user in all of them. */
  erasure: ErasureStore;
  /** The way of each message. */
  trace: TraceStore;
}

export interface Tables {
  directory: DirectoryTables;
  mail: MailTables;
  moves: ShardMoveTables;
  search: SearchTables;
  audit: AuditTables;
}

export interface Executors {
  directory: Executor;
  /** Names that `MailStore.shards` tells. */
  shards: string[];
  /** Of a tenant, wherever its rows have moved from the shard that the caller knows; without one the shard itself. */
  mail(shard: string, tenantId?: string): Executor | undefined;
  /** The shards as a move works on them, where there can be several. */
  moves?: MoveShards;
  search: Executor;
  audit: Executor;
}

export function createStores(executors: Executors, tables: Tables): Stores {
  return {
    directory: createDirectoryStore({ executor: executors.directory, tables: tables.directory }),
    outbox: createOutboxStore({ executor: executors.directory, tables: tables.directory }),
    operations: createOperationsStore({ executor: executors.directory, tables: tables.directory }),
    dkimKeys: createDkimKeyStore({ executor: executors.directory, tables: tables.directory }),
    links: createLinkStore({ executor: executors.directory, tables: tables.directory }),
    mail: createMailStore({ names: executors.shards, executor: executors.mail, tables: tables.mail }),
    quarantine: createQuarantineStore({
      names: executors.shards,
      executor: executors.mail,
      tables: tables.mail,
    }),
    spamTokens: createSpamTokens({
      names: executors.shards,
      executor: executors.mail,
      tables: tables.mail,
    }),
    archive: {
      mailbox: (ref) => mailboxArchive({ executor: executors.mail, tables: tables.mail }, ref),
      directory: createDirectoryArchive({ executor: executors.directory, tables: tables.directory }),
    },
    search: createSearchStore(executors.search, tables.search),
    audit: createAuditStore(executors.audit, tables.audit),
    moves:
      executors.moves === undefined
        ? null
        : {
            store: createMoveStore({ executor: executors.directory, tables: tables.directory }),
            shards: executors.moves,
          },
    erasure: createErasureStore(executors, tables),
    trace: createTraceStore(executors.audit, tables.audit),
  };
}

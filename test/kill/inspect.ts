import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { D1Database, R2Bucket } from '@cloudflare/workers-types/experimental';
import { getPlatformProxy, unstable_readConfig } from 'wrangler';
import { openHome } from '../../cli/local/home.ts';
import type { MailboxRef, Message } from '../../core/mail/types.ts';
import { createD1Stores } from '../../store/index.ts';
import { sha256Hex } from '../support/mail.ts';

const CONFIG = fileURLToPath(new URL('../../wrangler.toml', import.meta.url));

export interface Findings {
  /** Message-IDs in each mailbox's inbox. */
  messageIds: Map<string, string[]>;
  brokenRaws: string[];
  orphans: string[];
  wrongCounters: string[];
  deadLetters: string[];
}

type Bindings = Record<'DIRECTORY' | 'MAIL_1' | 'MAIL_2' | 'SEARCH' | 'AUDIT', D1Database> & {
  BLOBS: R2Bucket;
};

/** Looks at the state on disk, with no Worker running. */
export async function inspect(home: string, addresses: string[]): Promise<Findings> {
  const { d1_databases, r2_buckets, compatibility_date } = unstable_readConfig(
    { config: CONFIG },
    { hideWarnings: true },
  );
  const configPath = join(home, 'inspect.json');
  writeFileSync(
    configPath,
    JSON.stringify({ name: 'inspect', compatibility_date, d1_databases, r2_buckets }),
  );
  const persist = { path: join(openHome(home).state, 'v3') };
  const proxy = await getPlatformProxy<Bindings>({ configPath, persist, remoteBindings: false });
  try {
    return await look(proxy.env, addresses);
  } finally {
    await proxy.dispose();
  }
}

async function look(env: Bindings, addresses: string[]): Promise<Findings> {
  const { directory, mail } = createD1Stores({
    directory: env.DIRECTORY,
    mail: { MAIL_1: env.MAIL_1, MAIL_2: env.MAIL_2 },
    search: env.SEARCH,
    audit: env.AUDIT,
  });
  const findings: Findings = {
    messageIds: new Map(),
    brokenRaws: [],
    orphans: [],
    wrongCounters: [],
    deadLetters: (await directory.listDeadLetters({ limit: 100 })).map((l) => `${l.queue} ${l.body}`),
  };
  const keys = new Set<string>();
  for (const address of addresses) {
    const login = await directory.findLogin(address);
    if (login === null) throw new Error(`${address} is gone`);
    const { tenant, user } = login;
    const ref: MailboxRef = { tenantId: tenant.tenantId, mailboxId: user.userId, shard: tenant.mailShard };
    const box = mail.mailbox(ref);
    const inbox = await box.folderByRole('inbox');
    const items = await box.snapshot(inbox?.folderId ?? '', 0, null, 100_000);
    const messages = await box.messages(items.map((i) => i.itemId));
    findings.messageIds.set(
      address,
      messages.map((m) => m.messageIdHeader ?? ''),
    );
    for (const message of messages) {
      keys.add(message.rawKey);
      const broken = await rawProblem(env.BLOBS, message);
      if (broken !== null) findings.brokenRaws.push(broken);
    }
    const usage = await box.usage();
    const size = messages.reduce((n, m) => n + m.size, 0);
    if (usage.itemCount !== messages.length || usage.sizeBytes !== size) {
      findings.wrongCounters.push(
        `${address}: ${usage.itemCount}/${usage.sizeBytes}, not ${messages.length}/${size}`,
      );
    }
  }
  for (let cursor: string | undefined; ; ) {
    const page = await env.BLOBS.list({ prefix: 'blobs/', ...(cursor === undefined ? {} : { cursor }) });
    for (const object of page.objects) if (!keys.has(object.key)) findings.orphans.push(object.key);
    if (!page.truncated) return findings;
    cursor = page.cursor;
  }
}

async function rawProblem(blobs: R2Bucket, message: Message): Promise<string | null> {
  const object = await blobs.get(message.rawKey);
  if (object === null) return `${message.rawKey} is missing`;
  const bytes = new Uint8Array(await object.arrayBuffer());
  return (await sha256Hex(bytes)) === message.rawSha256 ? null : `${message.rawKey} has changed`;
}

import type { Message } from '../../../core/mail/types.ts';
import type { Services } from '../../../platform/services.ts';
import { sha256Hex } from '../../support/mail.ts';
import { found } from '../../support/search.ts';
import type { World } from './world.ts';

/** What must be in each mailbox: the Message-IDs, one entry for each message. */
export type Expected = Record<string, string[]>;

/**
 * Everything that must hold once the queues are empty and the reconciler is quiet. Resolves with the violations,
 * each beginning with the invariant it breaks.
 */
export async function checkConsistency(world: World, expected: Expected): Promise<string[]> {
  const violations: string[] = [];
  const { services } = world;
  const rawKeys = new Set<string>();
  for (const [name, messageIds] of Object.entries(expected)) {
    const messages = await inboxOf(services, world, name);
    for (const message of messages) rawKeys.add(message.rawKey);
    violations.push(...checkMessages(name, messages, messageIds));
    violations.push(...(await checkRaws(services, name, messages)));
    violations.push(...(await checkCounters(services, world, name, messages)));
    violations.push(...(await checkSearch(services, world, name, messages)));
  }
  for (const key of await allBlobs(services, world)) {
    if (!rawKeys.has(key)) violations.push(`I6: ${key} has no message`);
  }
  const letters = await services.directory.listDeadLetters({ limit: 100 });
  const own = letters.filter((l) => l.body.includes(world.tenantId));
  if (own.length > 0) violations.push(`I12: ${own.length} dead letters of healthy messages`);
  if (world.rejected.length > 0) violations.push(`I2: rejected with ${world.rejected.join(', ')}`);
  return violations;
}

async function inboxOf(services: Services, world: World, name: string): Promise<Message[]> {
  const mailbox = services.mail.mailbox(world.ref(name));
  const inbox = await mailbox.folderByRole('inbox');
  if (inbox === null) throw new Error(`${name} has no inbox`);
  const items = await mailbox.snapshot(inbox.folderId, 0, null, 1000);
  return mailbox.messages(items.map((i) => i.itemId));
}

function checkMessages(name: string, messages: Message[], expected: string[]): string[] {
  const violations: string[] = [];
  const have = messages.map((m) => m.messageIdHeader ?? '').sort();
  const want = [...expected].sort();
  const lost = want.filter((id) => !have.includes(id));
  if (lost.length > 0) violations.push(`I1: ${name} lost ${lost.join(', ')}`);
  if (JSON.stringify(have) !== JSON.stringify(want)) {
    violations.push(`I8 I9: ${name} has ${have.join(', ')} instead of ${want.join(', ')}`);
  }
  const modseqs = messages.map((m) => m.createdModseq);
  if (new Set(modseqs).size !== modseqs.length) violations.push(`I13: ${name} gave a modseq twice`);
  if (messages.some((m) => m.degraded.length > 0)) violations.push(`I10: ${name} has a degraded message`);
  return violations;
}

async function checkRaws(services: Services, name: string, messages: Message[]): Promise<string[]> {
  const violations: string[] = [];
  for (const message of messages) {
    const object = await services.blobs.open(message.rawKey);
    if (object === null) {
      violations.push(`I7: ${name} has a message without its raw ${message.rawKey}`);
      continue;
    }
    const bytes = new Uint8Array(await new Response(object.stream).arrayBuffer());
    if ((await sha256Hex(bytes)) !== message.rawSha256) violations.push(`I4: ${message.rawKey} has changed`);
    if (object.envelope?.rawSize !== bytes.length) violations.push(`I5: ${message.rawKey} lost its envelope`);
  }
  return violations;
}

async function checkCounters(
  services: Services,
  world: World,
  name: string,
  messages: Message[],
): Promise<string[]> {
  const mailbox = services.mail.mailbox(world.ref(name));
  const usage = await mailbox.usage();
  const size = messages.reduce((n, m) => n + m.size, 0);
  const violations: string[] = [];
  if (usage.itemCount !== messages.length || usage.sizeBytes !== size) {
    violations.push(
      `I15: ${name} counts ${usage.itemCount}/${usage.sizeBytes}, has ${messages.length}/${size}`,
    );
  }
  const highest = Math.max(0, ...messages.map((m) => m.modseq));
  const folders = await mailbox.folders();
  const inbox = folders.find((f) => f.role === 'inbox');
  if (inbox?.contentModseq !== highest || usage.modseq < highest) {
    violations.push(
      `I13: ${name} is at ${usage.modseq}, its inbox at ${inbox?.contentModseq}, items at ${highest}`,
    );
  }
  return violations;
}

async function checkSearch(
  services: Services,
  world: World,
  name: string,
  messages: Message[],
): Promise<string[]> {
  const violations: string[] = [];
  for (const message of messages) {
    // Every test message carries a word of its own in its body.
    const word = /word[0-9a-f]+/.exec(message.preview)?.[0];
    if (word === undefined) continue;
    const ids = await found(services, world.ref(name), word);
    if (!ids.includes(message.itemId)) violations.push(`I8: ${name} cannot find ${message.messageIdHeader}`);
  }
  const woken = new Set(
    world.logged('notify.woken').map((l) => `${l.fields['mailboxId']}/${l.fields['modseq']}`),
  );
  for (const message of messages) {
    if (!woken.has(`${world.ref(name).mailboxId}/${message.createdModseq}`)) {
      violations.push(`I14: nobody was told of ${message.messageIdHeader} in ${name}`);
    }
  }
  return violations;
}

async function allBlobs(services: Services, world: World): Promise<string[]> {
  const keys: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await services.blobs.list(`blobs/${world.tenantId}/`, cursor, 1000);
    keys.push(...page.objects.map((o) => o.key));
    cursor = page.cursor;
  } while (cursor !== null);
  return keys;
}

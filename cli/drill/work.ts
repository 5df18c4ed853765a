/** Work of a person and her correspondents for a while: mail comes, is read, flagged and thrown away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { UserStats } from '../../shared/admin-api.ts';
import { ActiveSyncClient, FolderModel, signIn, sync, syncFolder } from '../activesync-client/index.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError } from '../command.ts';
import { handIn } from '../local/mail-in.ts';

export interface Worker {
  address: string;
  password: string;
}

export interface Done {
  delivered: number;
  actions: number;
}

const LIST = {
  filterType: 0 as const,
  mimeSupport: 0 as const,
  bodies: [{ type: 1 as const, truncationSize: 100 }],
};
const SETTLE_MS = 60_000;

/** Delivers messages and does something with half of them, over about `seconds`. */
export async function workFor(
  url: URL,
  admin: AdminClient,
  { address, password }: Worker,
  { messages, seconds, name }: { messages: number; seconds: number; name: string },
): Promise<Done> {
  const client = new ActiveSyncClient({ url, user: address, password, deviceId: 'WAYPOSTDRILL0' });
  const { folders } = await signIn(client, {
    model: 'drill',
    friendlyName: 'drill',
    os: 'drill',
    userAgent: 'drill/1',
  });
  const inboxId = folders.find((folder) => folder.type === 2)?.serverId;
  if (inboxId === undefined) throw new CommandError('the drill has no Inbox');
  const inbox = new FolderModel(inboxId);
  const done: Done = { delivered: 0, actions: 0 };
  const rounds = Math.max(1, Math.min(10, messages));
  for (let round = 0; round < rounds; round++) {
    const began = Date.now();
    const before = await count(admin, address);
    const many = Math.floor((messages * (round + 1)) / rounds) - Math.floor((messages * round) / rounds);
    for (let n = 0; n < many; n++) await deliver(url, address, `${name}-${round}-${n}`);
    done.delivered += many;
    await until(async () => (await count(admin, address)) >= before + many);
    await syncFolder(client, inbox, { windowSize: 100, options: LIST });
    done.actions += await act(client, inbox, round);
    await sleep(Math.max(0, (seconds * 1000) / rounds - (Date.now() - began)));
  }
  return done;
}

async function deliver(url: URL, to: string, name: string): Promise<void> {
  const raw = [
    `From: Drill <drill@sender.example>`,
    `To: ${to}`,
    `Subject: ${name}`,
    `Message-ID: <${name}.${Date.now()}.${Math.random().toString(36).slice(2)}@sender.example>`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    '',
    `This is ${name}.`,
    '',
  ].join('\r\n');
  const delivery = await handIn(url, { from: 'drill@sender.example', to }, Buffer.from(raw));
  if (delivery.kind !== 'accepted')
    throw new CommandError(`the drill's mail was not accepted: ${delivery.reason}`);
}

async function count(admin: AdminClient, address: string): Promise<number> {
  return (await admin.get<UserStats>(`/users/${encodeURIComponent(address)}/stats`)).messages;
}

/** Reads, flags and deletes some of what is there. Number of actions. */
async function act(client: ActiveSyncClient, inbox: FolderModel, round: number): Promise<number> {
  const ids = [...inbox.items.keys()].filter((_, n) => (n + round) % 2 === 0).slice(-10);
  const commands = ids.map((serverId, n) => {
    if (n % 3 === 0) return { kind: 'delete' as const, serverId };
    return n % 3 === 1
      ? { kind: 'change' as const, serverId, read: round % 2 === 0 }
      : { kind: 'change' as const, serverId, flag: 'active' as const };
  });
  if (commands.length === 0) return 0;
  const [reply] = await sync(client, [
    {
      collectionId: inbox.collectionId,
      syncKey: inbox.syncKey,
      deletesAsMoves: true,
      options: LIST,
      commands,
    },
  ]);
  if (reply === undefined) throw new CommandError('the drill got no answer to its Sync');
  // What this device has done itself, the answer does not say again.
  for (const { kind, serverId } of commands) if (kind === 'delete') inbox.items.delete(serverId);
  inbox.apply(reply);
  return commands.length;
}

export async function until(condition: () => Promise<boolean>, timeoutMs = SETTLE_MS): Promise<void> {
  for (const end = Date.now() + timeoutMs; !(await condition()); ) {
    if (Date.now() > end) throw new CommandError('the drill waited in vain for its mail');
    await sleep(100);
  }
}

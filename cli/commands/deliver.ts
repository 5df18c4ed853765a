import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RouteView, UserStats } from '../../shared/admin-api.ts';
import type { AdminClient } from '../admin-client.ts';
import { CommandError, defineCommand } from '../command.ts';
import { withLocalServer } from '../local/connect.ts';
import { handIn, senderOf, withMessageId } from '../local/mail-in.ts';
import { remoteUrl } from '../remote/target.ts';

/** Longest wait for the message to appear in the mailbox. */
const VISIBLE_MS = 5000;

export const deliver = defineCommand({
  name: 'deliver',
  summary: 'hand a raw message to the local Worker, as Email Routing would',
  details:
    'The bytes go in as they are; only when there is no Message-ID, one is put on top of them. Exit code 1 and\n' +
    "the Worker's own words when it refuses the message.",
  positionals: [{ name: 'file.eml', help: 'raw message (RFC 5322), or - for standard input' }],
  flags: {
    to: { type: 'string', value: 'ADDRESS', help: 'envelope recipient', required: true },
    from: { type: 'string', value: 'ADDRESS', help: 'envelope sender; the From field when left out' },
  },
  examples: [
    'waypost deliver message.eml --to ann@example.test',
    "printf 'From: a@example.test\\nSubject: Hello\\n\\nHi.\\n' | waypost deliver - --to ann@example.test",
  ],
  async run({ args: [file = ''], flags, out }) {
    if (remoteUrl() !== null)
      throw new CommandError('only the local server takes messages this way: send a mail to the other one');
    const raw = withMessageId(await readMessage(file));
    const from = flags.from ?? senderOf(raw) ?? 'sender@example.test';
    await withLocalServer(async (server) => {
      const route = await server.admin.get<RouteView>('/route', { address: flags.to }).catch(() => null);
      const mailbox = route?.kind === 'mailbox' ? route.address : null;
      const before = mailbox === null ? 0 : await countOf(server.admin, mailbox);
      server.changed();
      const result = await handIn(server.url, { from, to: flags.to }, raw);
      if (result.kind === 'rejected') throw new CommandError(`rejected: ${result.reason}`);
      if (result.kind === 'failed') throw new CommandError(`not accepted: ${result.reason}`);
      const visible = mailbox !== null && (await appears(server.admin, mailbox, before));
      out.result({ outcome: 'accepted', from, to: flags.to, mailbox, visible }, () => {
        out.line(
          `Accepted: ${raw.length} bytes from ${from} to ${flags.to}, mailbox ${mailbox ?? 'unknown'}.`,
        );
        if (!visible) out.line('Nothing new in the mailbox so far: a duplicate, or see waypost dlq list.');
      });
    });
  },
});

async function readMessage(file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : await readFile(file);
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function countOf(admin: AdminClient, address: string): Promise<number> {
  return (await admin.get<UserStats>(`/users/${encodeURIComponent(address)}/stats`)).messages;
}

async function appears(admin: AdminClient, address: string, before: number): Promise<boolean> {
  for (const end = Date.now() + VISIBLE_MS; Date.now() < end; ) {
    if ((await countOf(admin, address)) > before) return true;
    await sleep(50);
  }
  return false;
}

import {
  ActiveSyncClient,
  type ClientVersion,
  EasError,
  ProtocolViolation,
} from '../activesync-client/index.ts';
import { CommandError } from '../command.ts';
import type { Output } from '../output.ts';
import { deviceIdFor, newest, openSession, type PhoneSession, watch } from './session.ts';
import { folderTypeName, messageJson, showFolders, showMessage } from './show.ts';

/** The phone command at work: loaded only when it is asked for, with the protocol and its tables. */

export interface Account {
  url: URL;
  user: string;
  password: string;
  deviceId: string | undefined;
  base64: boolean;
}

export interface Settings {
  limit: number;
  heartbeat: number;
  once: boolean;
  version: ClientVersion | undefined;
  out: Output;
}

/** Signs in, shows folders and messages, and waits for more. Rejects with CommandError. */
export async function runPhone(account: Account, settings: Settings): Promise<void> {
  const client = new ActiveSyncClient({
    url: account.url,
    user: account.user,
    password: account.password,
    deviceId: account.deviceId ?? deviceIdFor(account.user),
    queryEncoding: account.base64 ? 'base64' : 'plain',
  });
  try {
    await run(client, settings);
  } catch (error) {
    throw readable(error);
  } finally {
    client.close();
  }
}

async function run(
  client: ActiveSyncClient,
  { limit, heartbeat, once, version, out }: Settings,
): Promise<void> {
  const session = await openSession(client, version);
  const shown = newest(session.inbox, limit);
  out.result(asJson(client, session, shown), () => {
    const { signedIn, inbox } = session;
    const policy = signedIn.provisioned ? ', a policy is in force' : '';
    out.line(`Signed in to ${client.endpoint.origin} with ActiveSync ${client.version}${policy}.\n`);
    showFolders(out, signedIn.folders);
    out.line(
      `\nInbox: ${inbox.items.size} messages${shown.length < inbox.items.size ? `, the newest ${shown.length}` : ''}`,
    );
    for (const [, email] of shown) showMessage(out, email);
  });
  if (once) return;
  out.line('\nWaiting for new mail in Ping. Ctrl-C ends.');
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await watch(client, session.inbox, {
    heartbeat,
    signal: stop.signal,
    onDelta: ({ added, changed, removed }) => {
      for (const { email } of added) showMessage(out, email);
      if (changed.length > 0) out.line(`  ${changed.length} changed (read or flagged elsewhere)`);
      if (removed.length > 0) out.line(`  ${removed.length} removed`);
    },
    onRemark: (text) => out.note(text),
  });
}

function asJson(
  client: ActiveSyncClient,
  { signedIn, inbox }: PhoneSession,
  shown: ReturnType<typeof newest>,
) {
  return {
    server: client.endpoint.origin,
    protocol: client.version,
    provisioned: signedIn.provisioned,
    folders: signedIn.folders.map((f) => ({ ...f, kind: folderTypeName(f.type) })),
    inbox: { messages: inbox.items.size, newest: shown.map(([id, email]) => messageJson(id, email)) },
  };
}

function readable(error: unknown): unknown {
  if (error instanceof ProtocolViolation)
    return new CommandError(`the server breaks the protocol: ${error.message}`);
  return error instanceof EasError ? new CommandError(error.message) : error;
}

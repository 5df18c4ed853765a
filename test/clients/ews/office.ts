/**
 * A running Waypost with a small office in it, for real desktop clients: alice, bob and carol @example.com, all with the
 * password `secret-word`, and in alice's mailbox some mail and a folder.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHome } from '../../../cli/local/home.ts';
import { handIn } from '../../../cli/local/mail-in.ts';
import { startLocalWorker } from '../../../cli/local/worker.ts';
import { ewsClient } from './index.ts';

export const PASSWORD = 'secret-word';
const TOKEN = 'office-admin-token-0123456789';

export interface Office {
  url: URL;
  stop(): Promise<void>;
}

export async function openOffice(password = PASSWORD, port = 0): Promise<Office> {
  const home = mkdtempSync(join(tmpdir(), 'waypost-office-'));
  process.env['WAYPOST_HOME'] = home;
  const worker = await startLocalWorker({ home: openHome(), port, adminToken: TOKEN, postgresUrl: null });
  const admin = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(`/admin/v1${path}`, worker.url), {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text === '' ? 'null' : text) as { messages?: number };
  };
  await admin('POST', '/domains', { domain: 'example.com' });
  for (const name of ['alice', 'bob', 'carol']) {
    await admin('POST', '/users', { address: `${name}@example.com`, password, displayName: `${name[0]?.toUpperCase()}${name.slice(1)} Example` });
  }
  const mails = [
    'Subject: First message\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe first message.\r\n',
    [
      'Subject: HTML with attachment\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b',
      'Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>Some <b>HTML</b>.</p></body></html>\r\n--b',
      'Content-Type: application/octet-stream; name="data.bin"\r\nContent-Disposition: attachment; filename="data.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgc=\r\n--b--\r\n',
    ].join('\r\n'),
    'Subject: Already read\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nRead before.\r\n',
  ];
  for (const [n, mail] of mails.entries()) {
    const date = new Date(Date.UTC(2026, 9, 1 + n)).toUTCString().replace('GMT', '+0000');
    const head = `From: Bob Example <bob@example.com>\r\nTo: Alice Example <alice@example.com>\r\nDate: ${date}\r\nMessage-ID: <first-${n}@example.com>\r\n`;
    await handIn(worker.url, { from: 'bob@example.com', to: 'alice@example.com' }, new TextEncoder().encode(head + mail));
  }
  for (const end = Date.now() + 60_000; ; ) {
    const { messages } = await admin('GET', '/users/alice%40example.com/stats');
    if (messages === mails.length) break;
    if (Date.now() > end) throw new Error('the mail of the office does not arrive');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const alice = ewsClient({ fetch: (path, init) => fetch(new URL(path, worker.url), init) }, 'alice@example.com', password);
  const inbox = '<t:DistinguishedFolderId Id="inbox"/>';
  await alice.ok(
    `<m:CreateFolder><m:ParentFolderId>${inbox}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Projects</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
  );
  const found = await alice.ok(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds>${inbox}</m:ParentFolderIds></m:FindItem>`,
  );
  const read = /<t:ItemId Id="([^"]+)"[^>]*>(?:(?!<t:ItemId)[\s\S])*?<t:Subject>Already read</.exec(found.text)?.[1];
  await alice.ok(
    `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${read}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
  return {
    url: worker.url,
    async stop() {
      await worker.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

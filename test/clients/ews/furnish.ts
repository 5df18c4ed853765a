/** The small office that desktop clients are tried in: alice, bob and carol @example.com, some mail and a folder. */
import { ewsClient } from './index.ts';

/** What is asked of a server that is furnished. */
export interface Furnished {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  admin(method: string, path: string, body?: unknown): Promise<unknown>;
  /** Hands mail in as if it came from outside. */
  deliver(mail: { from: string; to: string }, raw: string): Promise<void>;
}

const MAILS = [
  'Subject: First message\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe first message.\r\n',
  [
    'Subject: HTML with attachment\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b',
    'Content-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>Some <b>HTML</b>.</p></body></html>\r\n--b',
    'Content-Type: application/octet-stream; name="data.bin"\r\nContent-Disposition: attachment; filename="data.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAECAwQFBgc=\r\n--b--\r\n',
  ].join('\r\n'),
  'Subject: Already read\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nRead before.\r\n',
];

/** Puts people, mail and the folder Projects into an empty server; the third message of alice is read. */
export async function furnish(server: Furnished, password: string): Promise<void> {
  await server.admin('POST', '/domains', { domain: 'example.com' });
  for (const name of ['alice', 'bob', 'carol']) {
    const displayName = `${name[0]?.toUpperCase()}${name.slice(1)} Example`;
    await server.admin('POST', '/users', { address: `${name}@example.com`, password, displayName });
  }
  for (const [n, mail] of MAILS.entries()) {
    const date = new Date(Date.UTC(2026, 9, 1 + n)).toUTCString().replace('GMT', '+0000');
    const head = `From: Bob Example <bob@example.com>\r\nTo: Alice Example <alice@example.com>\r\nDate: ${date}\r\nMessage-ID: <first-${n}@example.com>\r\n`;
    await server.deliver({ from: 'bob@example.com', to: 'alice@example.com' }, head + mail);
  }
  for (const end = Date.now() + 60_000; ; ) {
    const { messages } = (await server.admin('GET', '/users/alice%40example.com/stats')) as {
      messages?: number;
    };
    // What else may be kept, such as a correspondent, counts too.
    if ((messages ?? 0) >= MAILS.length) break;
    if (Date.now() > end) throw new Error(`the mail of the office does not arrive: ${messages} messages`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const alice = ewsClient(server, 'alice@example.com', password);
  const inbox = '<t:DistinguishedFolderId Id="inbox"/>';
  await alice.ok(
    `<m:CreateFolder><m:ParentFolderId>${inbox}</m:ParentFolderId><m:Folders><t:Folder><t:DisplayName>Projects</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
  );
  const found = await alice.ok(
    `<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:ParentFolderIds>${inbox}</m:ParentFolderIds></m:FindItem>`,
  );
  const read = /<t:ItemId Id="([^"]+)"[^>]*>(?:(?!<t:ItemId)[\s\S])*?<t:Subject>Already read</.exec(
    found.text,
  )?.[1];
  await alice.ok(
    `<m:UpdateItem ConflictResolution="AutoResolve" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange><t:ItemId Id="${read}"/><t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>true</t:IsRead></t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>`,
  );
}

import { Buffer } from 'node:buffer';
import type { D1Database, R2Bucket } from '@cloudflare/workers-types/experimental';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { el } from '../../codecs/wbxml/index.ts';
import type { AuditExportEnd, AuditVerifyView, AuditView, Page } from '../../shared/admin-api.ts';
import { ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';
import { Phone } from './phone.ts';

const PASSWORD = 'a-password-1';
const SECRET = 'subject-that-nobody-else-reads';
const UPKEEP = '7-59/15 * * * *';

let server: InProcess;
let users = 0;
beforeAll(async () => {
  server = await startInProcess();
}, 60_000);
afterAll(() => server?.stop());

interface User {
  address: string;
  userId: string;
  tenantId: string;
}

let user: User;
beforeEach(async () => {
  const address = `user${++users}@audit${users}.example`;
  const { userId, tenantId } = await server.addUser(address, PASSWORD);
  user = { address, userId, tenantId };
});

async function events(query = `tenantId=${user.tenantId}`): Promise<AuditView[]> {
  await server.drain();
  return (await server.admin<Page<AuditView>>('GET', `/audit?limit=500&${query}`)).items;
}

/** Actions of the user's own events, in the order they happened in; queues bring them to the chain in any order. */
async function actions(protocol?: string): Promise<string[]> {
  const found = await events(`tenantId=${user.tenantId}&actor=user/${user.userId}`);
  return found
    .sort((a, b) => a.at - b.at || a.seq - b.seq)
    .filter((event) => protocol === undefined || event.protocol === protocol)
    .map((event) => event.action);
}

async function verify(tenantId: string | null = null): Promise<AuditVerifyView> {
  await server.drain();
  const sum: AuditVerifyView = { cursor: null, findings: [], rows: 0, anchors: 0, chains: 0 };
  do {
    const step = await server.admin<AuditVerifyView>('POST', '/audit/verify', {
      tenantId,
      cursor: sum.cursor,
    });
    sum.cursor = step.cursor;
    sum.findings.push(...step.findings);
    sum.rows += step.rows;
    sum.anchors += step.anchors;
    sum.chains += step.chains;
  } while (sum.cursor !== null);
  return sum;
}

describe('what a phone does', () => {
  it('is noted: once a day that it signed in, once an hour that it reads a folder, each change', async () => {
    const phone = await new Phone(server, user.address, PASSWORD).start();
    await server.email('x@x.example', user.address, buildMail({ subject: SECRET }));
    await server.drain();
    const [item] = await phone.receive(1);
    for (let n = 0; n < 5; n++) await phone.sync();
    expect(await actions('activesync')).not.toContain('item.change');
    await phone.sync({
      commands: [
        el(
          'AirSync:Change',
          el('AirSync:ServerId', item?.serverId ?? ''),
          el('AirSync:ApplicationData', el('Email:Read', 1)),
        ),
      ],
    });
    await phone.sync({ commands: [el('AirSync:Delete', el('AirSync:ServerId', item?.serverId ?? ''))] });
    const found = await actions('activesync');
    const count = (action: string) => found.filter((one) => one === action).length;
    expect(count('sign-in')).toBeLessThanOrEqual(2);
    expect(count('folder.list')).toBe(1);
    expect(count('item.read')).toBe(1);
    expect(count('item.change')).toBe(2);
    const all = await events();
    const deleted = all.find(({ action, details }) => action === 'item.change' && details['deletes'] === 1);
    expect(deleted).toMatchObject({
      ...{ actor: `user/${user.userId}`, address: '127.0.0.1', protocol: 'activesync', outcome: 'ok' },
      ...{ deviceId: phone.deviceId, resource: `folder/${phone.inbox}` },
      details: { adds: 0, changes: 0, deletes: 1 },
    });
    expect(JSON.stringify(all)).not.toContain(SECRET);
    expect(JSON.stringify(all)).not.toContain(PASSWORD);
  });

  it('a failed sign-in is noted in the chain of the account that was tried, one a minute', async () => {
    const attempt = (login: string, password: string) =>
      server.fetch('/Microsoft-Server-ActiveSync?Cmd=FolderSync&User=x&DeviceId=D1&DeviceType=T', {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`,
          'user-agent': 'Tester/1',
        },
      });
    for (let n = 0; n < 3; n++) await attempt(user.address, 'wrong-secret');
    await attempt(`nobody@${user.address.split('@')[1]}`, 'wrong-secret');
    const failed = (await events()).filter((event) => event.action === 'sign-in.fail');
    expect([...new Set(failed.map((event) => event.resource))].sort()).toEqual([
      `login/nobody@${user.address.split('@')[1]}`,
      `user/${user.userId}`,
    ]);
    expect(failed[0]).toMatchObject({ actor: 'nobody', outcome: 'denied', details: { client: 'Tester/1' } });
    await attempt('a secret typed into the wrong field', 'x');
    const elsewhere = await events('tenantId=installation&action=sign-in.fail');
    expect(elsewhere.map((event) => event.resource)).toContain('login/unknown');
    expect(JSON.stringify(elsewhere)).not.toContain('secret typed');
    // Asked for a password, as every client is at first.
    const before = (await events('tenantId=installation')).length;
    await server.fetch('/Microsoft-Server-ActiveSync', { method: 'POST' });
    expect(await events('tenantId=installation')).toHaveLength(before);
  });

  it('what it sends is noted without its words', async () => {
    const phone = await new Phone(server, user.address, PASSWORD).start();
    const mime = `From: ${user.address}\r\nTo: ${user.address}\r\nSubject: ${SECRET}\r\n\r\n${SECRET}`;
    await phone.post(
      'SendMail',
      el('ComposeMail:SendMail', el('ComposeMail:ClientId', 'c1'), el('ComposeMail:Mime', Buffer.from(mime))),
    );
    const sent = (await events()).filter((event) => event.action === 'mail.send');
    expect(sent).toMatchObject([{ outcome: 'ok', resource: `mailbox/${user.userId}` }]);
    await phone.post('SendMail', el('ComposeMail:SendMail', el('ComposeMail:ClientId', 'c2')));
    const outcomes = (await events()).filter((event) => event.action === 'mail.send').map((e) => e.outcome);
    expect(outcomes.sort()).toEqual(['error', 'ok']);
    expect(JSON.stringify(await events())).not.toContain(SECRET);
  });

  it('a device that is blocked is noted', async () => {
    const phone = await new Phone(server, user.address, PASSWORD).start();
    const path = `/users/${user.address}/devices/${phone.deviceId}/access`;
    await server.admin('PUT', path, { access: 'blocked' });
    for (let n = 0; n < 3; n++)
      await phone.post('FolderSync', el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0')));
    const refused = (await events()).filter((event) => event.action === 'device.refuse');
    expect(refused).toMatchObject([{ outcome: 'denied', resource: `device/${phone.deviceId}` }]);
  });
});

describe('what a desktop program does', () => {
  it('is noted: reading once an hour, changes each, with how many failed', async () => {
    const client = ewsClient(server, user.address, PASSWORD);
    const inbox = '<t:DistinguishedFolderId Id="inbox"/>';
    const list =
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape>' +
      `<m:ParentFolderIds>${inbox}</m:ParentFolderIds></m:FindItem>`;
    for (let n = 0; n < 3; n++) await client.ok(list);
    await client.ok(
      `<m:CreateFolder><m:ParentFolderId>${inbox}</m:ParentFolderId><m:Folders><t:Folder>` +
        `<t:DisplayName>${SECRET}</t:DisplayName></t:Folder></m:Folders></m:CreateFolder>`,
    );
    await client.call(
      '<m:DeleteItem DeleteType="HardDelete"><m:ItemIds><t:ItemId Id="AAAA"/></m:ItemIds></m:DeleteItem>',
    );
    expect(await actions('ews')).toEqual(['sign-in', 'item.list', 'folder.create', 'item.delete']);
    const all = await events();
    expect(all.find((event) => event.action === 'item.delete')).toMatchObject({
      ...{ outcome: 'error', resource: `mailbox/${user.userId}`, deviceId: null },
      details: { operation: 'DeleteItem', items: 1, failed: 1 },
    });
    expect(all.find((event) => event.action === 'folder.create')).toMatchObject({ details: { items: 1 } });
    expect(JSON.stringify(all)).not.toContain(SECRET);
  });

  it('what it does in the mailbox of somebody else names that mailbox', async () => {
    const other = `boss@${user.address.split('@')[1]}`;
    const { userId } = await server.addUser(other, PASSWORD);
    const client = ewsClient(server, user.address, PASSWORD);
    await client.call(
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds>' +
        `<t:DistinguishedFolderId Id="inbox"><t:Mailbox><t:EmailAddress>${other}</t:EmailAddress></t:Mailbox>` +
        '</t:DistinguishedFolderId></m:FolderIds></m:GetFolder>',
    );
    const [looked] = (await events()).filter((event) => event.action === 'folder.list');
    expect(looked).toMatchObject({ actor: `user/${user.userId}`, resource: `mailbox/${userId}` });
    expect(looked?.outcome).not.toBe('ok');
  });
});

describe('the log', () => {
  it('is searched page by page', async () => {
    for (let n = 0; n < 7; n++)
      await server.admin('POST', '/domains', { domain: `d${n}.${user.address.split('@')[1]}` });
    const all = await events('action=domain.create');
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page<AuditView> = await server.admin(
        'GET',
        `/audit?action=domain.create&limit=3${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      found.push(...page.items.map((event) => event.eventId));
      cursor = page.cursor;
    }
    expect(found).toEqual(all.map((event) => event.eventId));
    await expect(server.admin('GET', '/audit?cursor=x')).rejects.toThrow('400');
  });

  it('is anchored each day, verified, and what somebody changed in the database is found', async () => {
    const phone = await new Phone(server, user.address, PASSWORD).start();
    await phone.sync();
    await server.drain();
    await server.scheduled(UPKEEP);
    const fine = await verify();
    expect(fine.findings).toEqual([]);
    expect(fine.chains).toBeGreaterThan(1);
    expect(fine.anchors).toBeGreaterThan(1);
    const { AUDIT, BLOBS } = await server.bindings<{ AUDIT: D1Database; BLOBS: R2Bucket }>();
    const { objects } = await BLOBS.list({ prefix: `audit/anchors/${user.tenantId}/` });
    expect(objects).toHaveLength(1);
    await AUDIT.prepare(`update entries set actor = 'user/other' where chain = ? and seq = 2`)
      .bind(user.tenantId)
      .run();
    const { findings } = await verify(user.tenantId);
    expect(findings).toMatchObject([{ kind: 'changed', chain: user.tenantId, from: 2, to: 2 }]);
    await AUDIT.prepare('delete from entries where chain = ? and seq > 2').bind(user.tenantId).run();
    await AUDIT.prepare('update chains set seq = 2 where chain = ?').bind(user.tenantId).run();
    const cut = await verify(user.tenantId);
    expect(cut.findings.map(({ kind }) => kind)).toContain('truncated');
  });

  it('is exported whole as lines, which go on behind any of them', async () => {
    const phone = await new Phone(server, user.address, PASSWORD).start();
    await phone.sync();
    await server.drain();
    const lines = async (query: string) => {
      const response = await server.fetch(`/admin/v1/audit/export?tenantId=${user.tenantId}${query}`, {
        headers: { authorization: `Bearer ${server.adminToken}` },
      });
      expect(response.headers.get('content-type')).toBe('application/x-ndjson');
      const parsed = (await response.text())
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as AuditView | AuditExportEnd);
      expect(parsed.at(-1)).toEqual({ end: true, cursor: null });
      return parsed.slice(0, -1) as AuditView[];
    };
    const all = await lines('');
    expect(all.map((event) => event.seq)).toEqual(all.map((_, i) => i + 1));
    expect(await lines(`&cursor=${user.tenantId}/2`)).toMatchObject(all.slice(2));
    expect(await lines('&since=1&before=2')).toEqual([]);
  });

  it('takes in what an older version wrote, and keeps for as long as the tenant says', async () => {
    const { AUDIT } = await server.bindings<{ AUDIT: D1Database }>();
    await AUDIT.prepare(
      `insert into events values ('old-1', 5, ?, 'admin-token', 'user.create', 'x', 'ok', '{"b":1,"a":2}', 'c')`,
    )
      .bind(user.tenantId)
      .run();
    await server.scheduled(UPKEEP);
    expect((await events()).at(-1)).toMatchObject({
      eventId: 'old-1',
      at: 5,
      address: null,
      details: { a: 2, b: 1 },
    });
    const path = `/tenants/${user.tenantId}/audit`;
    expect(await server.admin('GET', path)).toEqual({ days: 400 });
    expect(await server.admin('PUT', path, { days: 90 })).toEqual({ days: 90 });
    expect(await server.admin('GET', path)).toEqual({ days: 90 });
    await expect(server.admin('PUT', path, { days: 7 })).rejects.toThrow('400');
    expect((await verify(user.tenantId)).findings).toEqual([]);
  });
});

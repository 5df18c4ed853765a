import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import type { DeliveryReportView, Page, RuleRunView, RuleSetView } from '../../../shared/admin-api.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { startServer } from '../../support/server.ts';
import type { Phone } from '../phone.ts';
import { sendingKit } from '../sending-kit.ts';

/** Rules, automatic replies and reports through the whole Worker, on one of the stores. */
export function automaticSuite(store: 'd1' | 'postgres'): void {
  let server: Waypost;
  beforeAll(async () => {
    server = await startServer({ store });
  }, 120_000);
  afterAll(() => server?.stop());
  const { newPhone, list, inbox, sent, plain, request, save, post, subjects } = sendingKit(() => server);

  const rulesPath = ({ address }: Phone) => `/users/${encodeURIComponent(address)}/rules`;

  async function saveRules(phone: Phone, rules: unknown[]): Promise<RuleSetView> {
    const { revision } = await server.admin<RuleSetView>('GET', rulesPath(phone));
    return server.admin<RuleSetView>('PUT', rulesPath(phone), { revision, rules });
  }

  async function newFolder(phone: Phone, name: string): Promise<string> {
    const key = textOf(await phone.folderSync(), 'FolderHierarchy:SyncKey') ?? '';
    const answer = await phone.post(
      'FolderCreate',
      el(
        'FolderHierarchy:FolderCreate',
        el('FolderHierarchy:SyncKey', key),
        el('FolderHierarchy:ParentId', '0'),
        el('FolderHierarchy:DisplayName', name),
        el('FolderHierarchy:Type', 12),
      ),
    );
    expect(textOf(answer.root ?? undefined, 'FolderHierarchy:Status')).toBe('1');
    return textOf(answer.root ?? undefined, 'FolderHierarchy:ServerId') ?? '';
  }

  async function until<T>(read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
    for (let n = 0; ; n++) {
      const value = await read();
      if (fits(value) || n > 60) return value;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  async function inFolder(phone: Phone, collectionId: string) {
    await phone.sync({ key: '0', collectionId });
    return (await phone.sync({ collectionId })).adds;
  }

  const mail = (to: string, subject: string, more: Parameters<typeof buildMail>[0] = {}) =>
    buildMail({ from: 'friend@out.example', to, subject, ...more });

  describe('a rule', () => {
    test('moves an arriving message, and the phone sees it in that folder alone', async () => {
      const ann = await newPhone();
      const folderId = await newFolder(ann, 'Reports');
      const saved = await saveRules(ann, [
        {
          name: 'Reports',
          conditions: { containsSubjectStrings: ['report'], containsBodyStrings: ['figures'] },
          exceptions: { importance: 'high' },
          actions: { moveToFolder: 'Reports', assignCategories: ['Work'], flag: true },
        },
      ]);
      expect(saved.rules[0]).toMatchObject({ priority: 1, enabled: true, error: null });
      await server.email(
        'friend@out.example',
        ann.address,
        mail(ann.address, 'A report', { text: 'The figures.' }),
      );
      await server.email('friend@out.example', ann.address, mail(ann.address, 'No matter'));
      const found = await until(
        () => inFolder(ann, folderId),
        (items) => items.length > 0,
      );
      expect(subjects(found)).toEqual(['A report']);
      const data = found[0]?.data;
      expect(textOf(child(data, 'Email:Categories'), 'Email:Category')).toBe('Work');
      expect(textOf(child(data, 'Email:Flag'), 'Email:Status')).toBe('2');
      const rest = await until(
        () => inbox(ann),
        (items) => items.length > 0,
      );
      expect(subjects(rest)).toEqual(['No matter']);
    });

    test('is tried out on what is there before it is saved, and carried out on demand', async () => {
      const ann = await newPhone();
      const bob = await newPhone();
      for (const subject of ['Old report', 'Other']) {
        await post(bob, 'SendMail', request('SendMail', plain(bob, ann.address, subject)));
      }
      const rules = [
        { name: 'x', conditions: { containsSubjectStrings: ['report'] }, actions: { delete: true } },
      ];
      const dry = await server.admin<RuleRunView>('POST', `${rulesPath(ann)}/run`, { rules });
      expect(dry).toMatchObject({ examined: 2, changed: 0, cursor: null });
      expect(dry.rules).toMatchObject([{ name: 'x', matched: 1, sample: [{ subject: 'Old report' }] }]);
      expect(subjects(await inbox(ann))).toHaveLength(2);
      await saveRules(ann, rules);
      const run = await server.admin<RuleRunView>('POST', `${rulesPath(ann)}/run`, { dryRun: false });
      expect(run).toMatchObject({ examined: 2, changed: 1 });
      expect(subjects(await inbox(ann))).toEqual(['Other']);
      expect(subjects(await list(ann, '4'))).toEqual(['Old report']);
    });

    test('that is wrong is refused with its place, and a stale list with a conflict', async () => {
      const ann = await newPhone();
      const put = (body: unknown) =>
        server.fetch(`/admin/v1${rulesPath(ann)}`, {
          method: 'PUT',
          headers: { authorization: `Bearer ${server.adminToken}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      const bad = await put({ revision: 0, rules: [{ name: 'n', actions: { moveToFolder: 'Nowhere' } }] });
      expect([bad.status, await bad.json()]).toMatchObject([
        400,
        { code: 'invalid-input', detail: 'rules[0].actions.moveToFolder: there is no folder Nowhere' },
      ]);
      const good = { name: 'n', actions: { markAsRead: true } };
      expect((await put({ revision: 0, rules: [good] })).status).toBe(200);
      expect((await put({ revision: 0, rules: [] })).status).toBe(409);
    });

    test('redirects to a colleague, once', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      await saveRules(ann, [{ name: 'n', actions: { redirectToRecipients: [bob.address] } }]);
      await saveRules(bob, [{ name: 'n', actions: { redirectToRecipients: [ann.address] } }]);
      await server.email('friend@out.example', ann.address, mail(ann.address, 'Round'));
      const got = await until(
        () => inbox(bob),
        (items) => items.length > 0,
      );
      expect(subjects(got)).toEqual(['Round']);
      expect(textOf(got[0]?.data, 'Email:From')).toContain('friend@out.example');
    });
  });

  describe('out of office', () => {
    test('set by a phone answers a colleague once', async () => {
      const [ann, bob] = [await newPhone(), await newPhone()];
      const message = el(
        'Settings:OofMessage',
        el('Settings:AppliesToInternal'),
        el('Settings:Enabled', 1),
        el('Settings:ReplyMessage', 'I am away.'),
        el('Settings:BodyType', 'Text'),
      );
      const set = await ann.post(
        'Settings',
        el('Settings:Settings', el('Settings:Oof', el('Settings:Set', el('Settings:OofState', 1), message))),
      );
      expect(set.status).toBe(200);
      for (const subject of ['First', 'Second']) {
        await post(bob, 'SendMail', request('SendMail', plain(bob, ann.address, subject)));
      }
      const answers = await until(
        () => inbox(bob),
        (items) => items.length > 0,
      );
      expect(subjects(answers)).toEqual([expect.stringMatching(/^Automatic reply: (?:First|Second)$/)]);
      // The second has been followed up too, and nothing came of it.
      await until(
        async () => server.logs().filter((l) => l.event === 'mail.placed').length,
        (n) => n > 0,
      );
      await new Promise((resolve) => setTimeout(resolve, 3000));
      expect(await inbox(bob)).toHaveLength(1);
      expect(await inbox(ann)).toHaveLength(2);
    });
  });

  describe('a bounce', () => {
    test('marks the sent item', async () => {
      const ann = await newPhone();
      const to = 'nobody-there@mail.test';
      await post(ann, 'SendMail', request('SendMail', plain(ann, to, 'Lost'), save));
      const [copy] = await sent(ann);
      await server.waitForLog((line) => line.event === 'report.matched', 30_000);
      const itemId = (copy?.serverId ?? '').split(':').at(-1) ?? '';
      const path = `/users/${encodeURIComponent(ann.address)}/messages/${itemId}/delivery`;
      const { items } = await server.admin<Page<DeliveryReportView>>('GET', path);
      expect(items).toMatchObject([{ recipient: to, kind: 'failed', status: '5.1.1' }]);
    });
  });
}

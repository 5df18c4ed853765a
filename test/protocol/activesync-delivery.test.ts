/** From a phone to another host and back: SendMail, the outbox, a relay on loopback, and what the sender is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OutboxEntryView, Page, UserView } from '../../shared/admin-api.ts';
import { startWaypost, type Waypost } from '../support/harness.ts';
import { type SmtpServer, startSmtpServer } from '../support/smtp-server.ts';
import type { Item, Phone } from './phone.ts';
import { sendingKit } from './sending-kit.ts';

let server: Waypost;
let relay: SmtpServer;
/** What the host says to RCPT for an address. */
const refusals = new Map<string, string>();

beforeAll(async () => {
  relay = await startSmtpServer({
    on: ({ verb, line }) =>
      verb === 'RCPT' ? refusals.get(/<(.*?)>/.exec(line)?.[1]?.toLowerCase() ?? '') : undefined,
  });
  server = await startWaypost({
    vars: {
      RELAY_ALLOW_PRIVATE: '1',
      RELAY_PORTS: String(relay.port),
      OUTBOUND_DEFAULT: `smtp://127.0.0.1:${relay.port}`,
    },
  });
});
afterAll(async () => {
  await server?.stop();
  await relay?.stop();
});

const { newPhone, inbox, sent, rawOf, request, plain, save, post, subjects, list } = sendingKit(() => server);

async function until<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const end = Date.now() + 60_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error('it did not come');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const taken = (subject: string) =>
  until(() => relay.messages.find((m) => m.bytes.toString().includes(`Subject: ${subject}\r\n`)));
const entries = async (phone: Phone) =>
  (await server.admin<Page<OutboxEntryView>>('GET', `/users/${phone.address}/outbox`)).items;
const settled = (phone: Phone) => until(async () => (await entries(phone)).find((e) => e.state === 'done'));

describe('SendMail to another host', () => {
  test('leaves by the relay once, complete and without Bcc, and is in Sent Items once (I23, I24)', async () => {
    const [ann, bob] = [await newPhone(), await newPhone()];
    const to = `X <x@away.test>, ${bob.address}`;
    const body = request(
      'SendMail',
      plain(ann, to, 'Out', 'Words.\n.\n..dots', 'Bcc: secret@away.test\n'),
      save,
    );
    expect(await post(ann, 'SendMail', body)).toBe('sent');
    expect(await post(ann, 'SendMail', body)).toBe('118');
    const message = await taken('Out');
    expect(message).toMatchObject({ mailFrom: ann.address, recipients: ['x@away.test', 'secret@away.test'] });
    const text = message.bytes.toString();
    expect(text).toMatch(/\r\n\r\nWords\.\r\n\.\r\n\.\.dots\r\n$/);
    expect(text).toMatch(/^Message-ID: </m);
    expect(text).not.toMatch(/secret|bcc|^received/im);
    expect((await settled(ann)).recipients.map((r) => [r.address, r.state])).toEqual([
      ['x@away.test', 'sent'],
      [bob.address, 'sent'],
      ['secret@away.test', 'sent'],
    ]);
    expect(subjects(await inbox(bob))).toEqual(['Out']);
    expect(subjects(await sent(ann))).toEqual(['Out']);
    expect(await rawOf(ann, '5')).toMatch(/^Bcc: secret@away\.test/m);
    expect(relay.messages.filter((m) => m.bytes.includes('Subject: Out\r\n'))).toHaveLength(1);
  });

  test('that the host refuses comes back as a report (RFC 3464)', async () => {
    refusals.set('nobody@away.test', '550 5.1.1 no such user');
    const ann = await newPhone();
    await post(ann, 'SendMail', request('SendMail', plain(ann, 'nobody@away.test, x@away.test', 'Back')));
    const report = await until(async () => {
      const [item] = await inbox(ann);
      return item === undefined ? undefined : rawOf(ann, '2');
    });
    expect(report).toMatch(/^Final-Recipient: rfc822; nobody@away\.test\r?$/m);
    expect(report).toMatch(/^Diagnostic-Code: smtp; .*no such user/m);
    expect(report).not.toMatch(/^Final-Recipient: rfc822; x@away/m);
    expect((await taken('Back')).recipients).toEqual(['x@away.test']);
  });

  test('that the host puts off waits for the next attempt, which an admin can bring about', async () => {
    refusals.set('later@away.test', '452 4.2.2 full');
    const ann = await newPhone();
    await post(ann, 'SendMail', request('SendMail', plain(ann, 'later@away.test', 'Later')));
    const waiting = await until(async () =>
      (await entries(ann)).find((e) => e.recipients[0]?.attempts === 1 && e.recipients[0].state === 'queued'),
    );
    expect(waiting.recipients[0]?.error).toMatch(/^4\.2\.2 .*full/);
    // A minute, give or take a fifth.
    expect(waiting.nextAttemptAt).toBeGreaterThan(Date.now() + 30_000);
    refusals.clear();
    await server.admin('POST', `/users/${ann.address}/outbox/${waiting.submissionId}/retry`);
    await taken('Later');
    expect((await settled(ann)).recipients[0]?.state).toBe('sent');
    expect(await inbox(ann)).toEqual([]);
  });

  test('beyond what the user may send is refused with 115, and nothing of it is kept', async () => {
    const ann = await newPhone();
    const { tenantId } = await server.admin<UserView>('GET', `/users/${ann.address}`);
    const path = `/tenants/${tenantId}/sending`;
    await server.admin('PUT', path, { user: { messagesPerHour: 1 } });
    expect(await post(ann, 'SendMail', request('SendMail', plain(ann, 'x@away.test', 'One')))).toBe('sent');
    expect(await post(ann, 'SendMail', request('SendMail', plain(ann, 'x@away.test', 'Two'), save))).toBe(
      '115',
    );
    await server.admin('PUT', path, { user: { messagesPerHour: null } });
    expect(await sent(ann)).toEqual([]);
    await taken('One');
    expect(relay.messages.some((m) => m.bytes.includes('Subject: Two'))).toBe(false);
  });

  test('that is held back is in neither folder, and is a draft again when it is taken back', async () => {
    const ann = await newPhone();
    await server.admin('PUT', `/users/${ann.address}/sending`, { undoSendSeconds: 3600 });
    const body = request('SendMail', plain(ann, 'x@away.test', 'Held', 'Words.', 'Bcc: y@away.test\n'), save);
    expect(await post(ann, 'SendMail', body)).toBe('sent');
    expect(await sent(ann)).toEqual([]);
    const [held] = await entries(ann);
    expect(held).toMatchObject({ state: 'held' });
    const answer = await server.admin('POST', `/users/${ann.address}/outbox/${held?.submissionId}/cancel`);
    expect(answer).toEqual({ draft: true, stopped: 0 });
    const drafts: Item[] = await list(ann, '3');
    expect(subjects(drafts)).toEqual(['Held']);
    expect(drafts[0]?.data?.children.some((c) => c.tag === 'Email2:IsDraft')).toBe(true);
    expect(await rawOf(ann, '3')).toMatch(/^Bcc: y@away\.test/m);
    expect(await sent(ann)).toEqual([]);
    expect(relay.messages.some((m) => m.bytes.includes('Subject: Held'))).toBe(false);
  });

  test('in the name of somebody who allowed it names the real sender (I24)', async () => {
    const [ann, boss] = [await newPhone(), await newPhone()];
    const mail = () => request('SendMail', plain(boss, 'x@away.test', 'Behalf'));
    expect(await post(ann, 'SendMail', mail())).toBe('120');
    const path = `/users/${boss.address}/send-grants/${ann.address}`;
    await server.admin('PUT', path, { kind: 'behalf' });
    expect(await post(ann, 'SendMail', mail())).toBe('sent');
    const message = await taken('Behalf');
    expect(message.mailFrom).toBe(ann.address);
    const text = message.bytes.toString();
    expect(text).toContain(`From: ${boss.address}\r\n`);
    expect(text).toMatch(new RegExp(`^Sender: .*${ann.address}`, 'm'));
  });
});

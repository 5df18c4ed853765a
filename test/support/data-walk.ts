import { expect } from 'vitest';
import type { DataMethods, OperationName } from '../../data-client/index.ts';

export interface WalkWorld {
  client: DataMethods;
  /** Of a tenant whose way out is `external`. */
  ann: { tenant: string; user: string };
  address: string;
  password: string;
  /** One that is on the list. */
  device: string;
  /** Brings what is under way to its end. */
  settle(): Promise<void>;
  text(body: ReadableStream<Uint8Array>): Promise<string>;
}

/** Things of the mailbox, by what a request calls them. */
export interface WalkedIds {
  email: string;
  draft: string;
  attachment: number;
  event: string;
  contact: string;
  submission: string;
  lease: string;
}

const REMOTE = 'x@away.example';
const RAW = [
  'From: Bob <bob@far.example>\r\nTo: ann@walk.example\r\nSubject: Walk\r\nMessage-ID: <walk@far.example>',
  'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nWords.',
  '--b\r\nContent-Type: text/x-test; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n0123456789\r\n--b--\r\n',
].join('\r\n');

/** Calls every operation at least once, each with success, and leaves one thing of each kind behind. */
export async function walk(world: WalkWorld): Promise<{ ids: WalkedIds; called: Set<OperationName> }> {
  const called = new Set<OperationName>();
  const client = new Proxy(world.client, {
    get(target, name: OperationName) {
      called.add(name);
      return target[name];
    },
  });
  const { ann } = world;
  await people(client, world);
  const mail = await messages(client, world);
  const objects = await documents(client, ann);
  const queue = await outbox(client, world);
  const { devices } = await client.listDeviceStates(ann);
  expect(devices.map((one) => one.id)).toEqual([world.device]);
  expect(await client.resetDevice({ ...ann, device: world.device })).toEqual({ device: world.device });
  return { ids: { ...mail, ...objects, ...queue }, called };
}

async function people(client: DataMethods, { ann, address, password }: WalkWorld): Promise<void> {
  const { user, tenant } = await client.login({ address, password, clientAddress: '192.0.2.1' });
  expect([user.id, tenant.id, user.address]).toEqual([ann.user, ann.tenant, address]);
  expect((await client.lookupUser({ address })).user).toEqual(user);
  expect(await client.getUser({ tenant: ann.tenant, id: ann.user })).toEqual({ ...user, aliases: [] });
}

async function messages(client: DataMethods, { ann, address, text }: WalkWorld) {
  const { folders } = await client.listFolders(ann);
  expect(folders.map((one) => one.role)).toContain('inbox');
  const raw = new TextEncoder().encode(RAW);
  const { id: email } = await client.importEmail({ ...ann, raw, key: 'walk' });
  const { items, modseq } = await client.listEmails({ ...ann });
  expect(items.map((one) => [one.id, one.subject])).toEqual([[email, 'Walk']]);
  const read = await client.getEmail({ ...ann, id: email, bodies: 'text' });
  expect(read.text).toEqual({ value: 'Words.', truncated: false });
  expect(await text((await client.getEmailRaw({ ...ann, id: email })).body)).toBe(RAW);
  const { attachments } = await client.listAttachments({ ...ann, id: email });
  const attachment = attachments[0]?.no ?? -1;
  const part = await client.getAttachment({ ...ann, id: email, no: attachment, range: 'bytes=3-5' });
  expect([part.start, part.end, part.size, await text(part.body)]).toEqual([3, 6, 10, '345']);
  await client.patchEmail({ ...ann, id: email, ifMatch: read.modseq, isRead: true });
  const { results } = await client.patchEmails({ ...ann, ids: [email], categories: ['Red'] });
  expect(results[0]?.outcome).toBe('changed');
  const { changed } = await client.listEmailChanges({ ...ann, since: modseq });
  expect(changed.map((one) => [one.isRead, one.categories])).toEqual([[true, ['Red']]]);
  const other = await client.importEmail({ ...ann, raw });
  await client.deleteEmail({ ...ann, id: other.id, permanent: true });
  const written = { ...ann, mode: 'draft' as const, subject: 'Draft', to: [{ address }] };
  const sent = await client.createEmail(written);
  expect((await client.submitDraft({ ...ann, id: sent.id ?? '' })).outcome).toBe('accepted');
  const { id: draft } = await client.createEmail(written);
  return { email, draft: draft ?? '', attachment };
}

async function documents(client: DataMethods, ann: WalkWorld['ann']) {
  const times = { start: '2027-03-01T10:00:00', duration: 'PT1H', timeZone: 'Etc/UTC' };
  const { id: event, modseq } = await client.createEvent({
    ...{ ...ann, document: { '@type': 'Event', title: 'One', ...times } },
  });
  const changed = await client.changeEvent({ ...ann, id: event, ifMatch: modseq, patch: { title: 'Two' } });
  const read = await client.getEvent({ ...ann, id: event });
  expect([read.modseq, read.document['title']]).toEqual([changed.modseq, 'Two']);
  const from = Date.UTC(2027, 2, 1);
  const { items } = await client.listEvents({ ...ann, from, to: from + 86_400_000 });
  expect(items.map((one) => one.id)).toEqual([event]);
  const other = await client.createEvent({ ...ann, document: { '@type': 'Event', title: 'Gone', ...times } });
  expect(await client.deleteEvent({ ...ann, id: other.id, permanent: true })).toBeNull();

  const { id: contact } = await client.createContact({
    ...ann,
    document: { '@type': 'Card', name: { full: 'Cid' } },
  });
  await client.changeContact({ ...ann, id: contact, patch: { name: { full: 'Cid Two' } } });
  expect((await client.getContact({ ...ann, id: contact })).document['name']).toEqual({ full: 'Cid Two' });
  expect((await client.listContacts({ ...ann })).items.map((one) => one.id)).toEqual([contact]);
  const gone = await client.createContact({ ...ann, document: { '@type': 'Card', name: { full: 'Gone' } } });
  await client.deleteContact({ ...ann, id: gone.id, permanent: true });
  return { event, contact };
}

async function outbox(client: DataMethods, { ann, address, text, settle }: WalkWorld) {
  const send = (key: string) => {
    const raw = new TextEncoder().encode(
      `From: ${address}\r\nTo: ${REMOTE}\r\nSubject: ${key}\r\n\r\nWords.\r\n`,
    );
    return client.enqueue({ ...ann, raw, key, saveInSentItems: false });
  };
  const take = async () => {
    await settle();
    const { entries } = await client.dequeue({ tenant: ann.tenant });
    expect(entries.map((one) => one.recipients.map((r) => r.address))).toEqual([[REMOTE]]);
    return { submission: entries[0]?.submission ?? '', lease: entries[0]?.lease ?? '' };
  };
  expect((await send('first')).outcome).toBe('accepted');
  const first = await take();
  expect(await text((await client.getQueueContent({ ...ann, ...first })).body)).toMatch(/Subject: first\r\n/);
  await client.extendLease({ ...ann, ...first, leaseSeconds: 600 });
  const acked = await client.ack({ ...ann, ...first, results: [{ address: REMOTE, outcome: 'sent' }] });
  expect(acked).toMatchObject({ state: 'done', recipients: [{ applied: true, state: 'sent' }] });
  await send('second');
  return take();
}

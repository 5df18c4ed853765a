/** The steps of an erase, in their order. */
import { forgetDelegate } from '../access/delegates.ts';
import { forgetExports } from '../archive/directory.ts';
import { clearNamed, clearPrefixes, clearShared, objectsLeft } from './places.ts';
import type { Step, Work } from './services.ts';

/** Rows that one statement removes, and mailboxes of others that one piece looks into. */
const ROWS = 500;
const MAILBOXES = 40;
/** Tables that one piece empties. */
const TABLES = 30;
/** Until these are emptied the address is known, and taken. */
const isLast = (table: string) => table === 'directory.aliases' || table === 'directory.users';

/** The mailbox itself goes first: nothing is put into it any more. Who waits for it looks again, and is let go. */
const close: Step = async ({ services, subject }) => {
  const [first = ''] = services.erasure.tables();
  const { rows } = await services.erasure.erase(subject, first, ROWS);
  await services.wake.revoke(subject.ref, null);
  return { cursor: null, removed: { [first]: rows } };
};

/** Objects of the devices, the mailbox and the account. */
const forgetObjects: Step = async ({ services, subject }) => {
  const { tenantId, mailboxId } = subject.ref;
  const devices = await services.directory.listDevices(tenantId, mailboxId);
  const ids = devices.map(({ deviceId }) => deviceId);
  await services.wake.eraseDevices(subject.ref, ids);
  await services.wake.eraseHub(subject.ref);
  const accounts = [mailboxId, ...subject.addresses.map((address) => `login/${address}`)];
  for (const account of accounts) await services.throttle.forget(account);
  return { cursor: null, removed: { 'objects.devices': ids.length, 'objects.mailbox': 1 } };
};

/** What the user sent is named by its sender alone, which the rows of their steps do not have. */
const forgetTrace: Step = async ({ services, subject: { ref, addresses } }) => {
  const { tenantId, mailboxId } = ref;
  const messages = await services.trace.forget(tenantId, { mailboxId, addresses });
  return { cursor: null, removed: { 'audit.trace_messages': messages } };
};

/** Some tables, or rows of a large one. The cursor is the number of the table. */
function clearTables(which: (table: string) => boolean): Step {
  return async ({ services, subject, cursor }) => {
    const tables = services.erasure.tables().filter(which);
    const removed: Record<string, number> = {};
    let number = Number(cursor || 0);
    for (const table of tables.slice(number, number + TABLES)) {
      const { rows, more } = await services.erasure.erase(subject, table, ROWS);
      removed[table] = rows;
      if (more) return { cursor: String(number), removed };
      number++;
    }
    return { cursor: number < tables.length ? String(number) : null, removed };
  };
}

/** What others let the user do in their mailboxes. The cursor is the address of the last of them. */
const dropGrants: Step = async ({ services, subject, cursor }) => {
  const { directory, mail } = services;
  const { tenantId, mailboxId, shard } = subject.ref;
  const others = await directory.listUsers(tenantId, cursor, MAILBOXES);
  let grants = 0;
  for (const { userId } of others) {
    if (userId === mailboxId) continue;
    const ref = { tenantId, mailboxId: userId, shard };
    const given = await mail.mailbox(ref).grantsFor(mailboxId);
    const theirs = given.filter(({ granteeId }) => granteeId === mailboxId).length;
    grants += theirs;
    if (theirs > 0) await mail.mailbox(ref).dropGrantee(mailboxId);
    await forgetDelegate(directory, ref, mailboxId);
  }
  const last = others.at(-1)?.address;
  return {
    cursor: others.length < MAILBOXES || last === undefined ? null : last,
    removed: { 'mail.acl': grants },
  };
};

/** Entries of the address list that were made by hand for the user's addresses. The cursor is the last contact. */
const dropContacts: Step = async ({ services: { directory }, subject, cursor }) => {
  const { tenantId } = subject.ref;
  const page = await directory.listSharedContacts(tenantId, cursor, ROWS);
  const theirs = page.filter(({ address }) => subject.addresses.includes(address));
  for (const { personId } of theirs) await directory.deleteSharedContact(tenantId, personId);
  const last = page.at(-1)?.address;
  return {
    cursor: page.length < ROWS || last === undefined ? null : last,
    removed: { 'directory.shared_contacts': theirs.length },
  };
};

/** The directory is written down anew, and all that was written down before goes: the user is in it. */
const clearExports: Step = async ({ services, subject }) => {
  const { archive, objects, seal, now } = services;
  const ports = { directory: archive.directory, objects, seal, now };
  const deleted = await forgetExports(ports, subject.ref.tenantId);
  return { cursor: null, removed: { 'bucket.exports': deleted } };
};

export const STEPS: readonly { name: string; step: Step }[] = [
  { name: 'close', step: close },
  { name: 'objects', step: forgetObjects },
  { name: 'named', step: clearNamed },
  { name: 'trace', step: forgetTrace },
  { name: 'tables', step: clearTables((table) => !isLast(table)) },
  { name: 'prefixes', step: clearPrefixes },
  { name: 'shared', step: clearShared },
  { name: 'grants', step: dropGrants },
  { name: 'contacts', step: dropContacts },
  { name: 'identity', step: clearTables(isLast) },
  { name: 'exports', step: clearExports },
];

/** What is there of the user after all steps, by table and place. */
export async function leftoversOf(work: Work): Promise<Record<string, number>> {
  return { ...(await work.services.erasure.leftovers(work.subject)), ...(await objectsLeft(work)) };
}

/** Words for tests of ItemOperations (MS-ASCMD 2.2.1.10). */
import { expect } from 'vitest';
import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { Waypost } from '../support/harness.ts';
import { type Answer, type Item, Phone } from './phone.ts';

const MAILBOX = el('ItemOperations:Store', 'Mailbox');

/** People with phones, and mail for them. */
export function operationWorld(server: () => Waypost) {
  let users = 0;

  async function newPhone(version = '16.1'): Promise<Phone> {
    const address = `op${++users}@mail.test`;
    await server().addUser(address, 'a-password');
    const phone = new Phone(server(), address, 'a-password');
    phone.version = version;
    return phone.start();
  }

  async function deliver(phone: Phone, raw: Uint8Array): Promise<Item> {
    const { outcome } = await server().email('sender@sender.example', phone.address, raw);
    expect(outcome).toBe('ok');
    const [item] = await phone.receive(1);
    if (item === undefined) throw new Error('nothing came');
    return item;
  }
  return { newPhone, deliver };
}

/** Id of the folder of this type (MS-ASCMD 2.2.3.186.3). */
export function folder(phone: Phone, type: string): string {
  return phone.folders.find((f) => f.type === type)?.id ?? '';
}

export function operate(phone: Phone, ...operations: WbxmlNode[]): Promise<Answer> {
  return phone.post('ItemOperations', el('ItemOperations:ItemOperations', operations));
}

/** Status of the whole command. */
export function statusOf(answer: Answer): string | undefined {
  return textOf(answer.root ?? undefined, 'ItemOperations:Status');
}

export function results(answer: Answer): WbxmlElement[] {
  return child(answer.root ?? undefined, 'ItemOperations:Response')?.children ?? [];
}

export function statuses(answer: Answer): (string | undefined)[] {
  return results(answer).map((r) => textOf(r, 'ItemOperations:Status'));
}

export function fetchOf(...nodes: (WbxmlNode | null)[]): WbxmlNode {
  return el('ItemOperations:Fetch', MAILBOX, ...nodes);
}

/** An item of the Inbox. */
export function item(phone: Phone, serverId: string): WbxmlNode[] {
  return [el('AirSync:CollectionId', phone.inbox), el('AirSync:ServerId', serverId)];
}

export function options(...nodes: WbxmlNode[]): WbxmlNode {
  return el('ItemOperations:Options', nodes);
}

export function propertiesOf(answer: Answer): WbxmlElement | undefined {
  return child(results(answer)[0], 'ItemOperations:Properties');
}

export function referenceOf(data: WbxmlElement | undefined): string {
  return textOf(child(data, 'AirSyncBase:Attachments')?.children[0], 'AirSyncBase:FileReference') ?? '';
}

/** Ids in a folder, as a device sees them that has never synced it. */
export async function idsIn(phone: Phone, collectionId: string): Promise<string[]> {
  const start = await phone.sync({ key: '0', collectionId, keep: true });
  const { adds } = await phone.sync({ key: start.key, collectionId, keep: true });
  return adds.map((a) => a.serverId);
}

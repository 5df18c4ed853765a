import { expect } from 'vitest';
import { child, el, textOf, type WbxmlElement, type WbxmlNode } from '../../codecs/wbxml/index.ts';
import type { DeviceView, Page, SetPolicy } from '../../shared/admin-api.ts';
import type { Waypost } from '../support/harness.ts';
import { type Answer, Phone } from './phone.ts';

const WBXML = 'MS-EAS-Provisioning-WBXML';
let users = 0;

/** A user of a tenant of their own, with a policy unless it is null. */
export async function newDevice(
  server: Waypost,
  version: string,
  policy: SetPolicy | null = {},
): Promise<Device> {
  const domain = `d${++users}.provision.test`;
  const address = `ann@${domain}`;
  const { tenantId } = await server.addUser(address, 'a-password');
  if (policy !== null) await server.admin('PUT', `/tenants/${tenantId}/policy`, policy);
  const phone = new Device(server, address, 'a-password');
  phone.version = version;
  phone.tenantId = tenantId;
  return phone;
}

/** A phone that says exactly which policy key it has. */
export class Device extends Phone {
  tenantId = '';
  policyKey: string | undefined;

  override post(...args: Parameters<Phone['post']>): Promise<Answer> {
    const [command, body, headers = {}, search] = args;
    const key: Record<string, string> =
      this.policyKey === undefined ? {} : { 'x-ms-policykey': this.policyKey };
    return super.post(command, body, { ...key, ...headers }, search);
  }

  /** Status of a Ping with the longest heartbeat. */
  async heldPing(): Promise<string | undefined> {
    const { status } = await this.ping(3540);
    return status;
  }

  /** Status of a Sync of the Inbox with the longest heartbeat. */
  async heldSync(): Promise<string | undefined> {
    const inbox = el(
      'AirSync:Collection',
      el('AirSync:SyncKey', this.key),
      el('AirSync:CollectionId', this.inbox),
    );
    const { root } = await this.post(
      'Sync',
      el('AirSync:Sync', el('AirSync:Collections', inbox), el('AirSync:HeartbeatInterval', 3540)),
    );
    return textOf(root ?? undefined, 'AirSync:Status');
  }

  async provision(parts: WbxmlNode[]) {
    const { status: http, root } = await this.post('Provision', el('Provision:Provision', parts));
    const found = child(child(root ?? undefined, 'Provision:Policies'), 'Provision:Policy');
    return {
      http,
      root: root ?? undefined,
      status: textOf(root ?? undefined, 'Provision:Status'),
      policy: found,
      policyStatus: textOf(found, 'Provision:Status'),
      type: textOf(found, 'Provision:PolicyType'),
      key: textOf(found, 'Provision:PolicyKey'),
    };
  }

  /** Both phases; the final key is sent from then on. */
  async enrol(): Promise<string> {
    const first = await this.provision([information(), policy()]);
    const second = await this.provision([policy(first.key, '1')]);
    if (second.key === undefined) throw new Error(`no key: Policy Status ${second.policyStatus}`);
    this.policyKey = second.key;
    return second.key;
  }

  /** Status of a FolderSync from the start, or the HTTP status when that is none of success. */
  async tryFolderSync(search?: string): Promise<string | undefined> {
    const body = el('FolderHierarchy:FolderSync', el('FolderHierarchy:SyncKey', '0'));
    const answer = await this.post('FolderSync', body, {}, search);
    if (answer.status !== 200) return `HTTP ${answer.status}`;
    expect(answer.root?.tag).toBe('FolderHierarchy:FolderSync');
    return textOf(answer.root ?? undefined, 'FolderHierarchy:Status');
  }

  /** MS-ASHTTP 2.2.1.1.1.1: a FolderSync with this policy key. */
  base64(key: number): string {
    const [major = 0, minor = 0] = this.version.split('.').map(Number);
    const id = Buffer.from(this.deviceId);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(key >>> 0);
    const query = [major * 10 + minor, 9, 9, 4, id.length, ...id, 4, ...bytes, 4, ...Buffer.from('Test')];
    return `?${Buffer.from(query).toString('base64')}`;
  }

  /** Subjects in a folder of this type, as a further device of the user sees them; waits until there is one. */
  async subjects(type: string): Promise<(string | undefined)[]> {
    const other = new Device(this.server, this.address, this.password);
    await other.enrol();
    await other.folderSync();
    const collectionId = other.folders.find((f) => f.type === type)?.id ?? '';
    await other.sync({ collectionId });
    const items = await other.receive(1, { collectionId });
    return items.map((item) => textOf(item.data, 'Email:Subject'));
  }

  /** As the admin sees it. */
  async device(): Promise<DeviceView | undefined> {
    const { items } = await this.server.admin<Page<DeviceView>>('GET', `/users/${this.address}/devices`);
    return items.find((d) => d.deviceId === this.deviceId);
  }

  admin(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.server.admin(method, `/users/${this.address}/devices/${this.deviceId}${path}`, body);
  }
}

export function policy(key?: string, status?: string, type: string = WBXML): WbxmlNode {
  return el(
    'Provision:Policies',
    el(
      'Provision:Policy',
      el('Provision:PolicyType', type),
      key === undefined ? null : el('Provision:PolicyKey', key),
      status === undefined ? null : el('Provision:Status', status),
    ),
  );
}

export function information(): WbxmlNode {
  return el(
    'Settings:DeviceInformation',
    el('Settings:Set', el('Settings:Model', 'ASPROVTest'), el('Settings:OS', 'Test OS 1')),
  );
}

export const wiped = (tag: string, status: string) => el(tag, el('Provision:Status', status));

export const tags = (element: WbxmlElement | undefined) => element?.children.map((c) => c.tag);

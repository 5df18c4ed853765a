import type { MailboxRef } from '../../core/mail/types.ts';
import type { Waypost } from '../support/harness.ts';
import { buildMail } from '../support/mail.ts';
import { Backstage } from './backstage.ts';
import { Device } from './device.ts';
import { Ledger } from './ledger.ts';
import type { Cast, StepKind } from './steps.ts';

export interface Actor {
  address: string;
  ref: MailboxRef;
  backstage: Backstage;
}

/** Versions of the devices of each user. */
const DEVICES = [
  ['16.1', '14.1', '16.0'],
  ['16.1', '12.1'],
] as const;
const PASSWORD = 'correct horse 1';
const DAY = 86_400_000;

let worlds = 0;

/** What steps need from the server; asked once. */
const COMMAND_OF: Partial<Record<StepKind, string>> = {
  folderChange: 'FolderCreate',
  moveItems: 'MoveItems',
  sendMail: 'SendMail',
};

/** Who acts in every world of this server, and what it cannot do. */
export async function castOf(server: Waypost): Promise<Cast> {
  const { address, password } = await newUser(server, `probe${Date.now()}`);
  const response = await server.fetch('/Microsoft-Server-ActiveSync', {
    method: 'OPTIONS',
    headers: { authorization: `Basic ${Buffer.from(`${address}:${password}`).toString('base64')}` },
  });
  const commands = (response.headers.get('ms-asprotocolcommands') ?? '').split(',');
  const kinds = Object.entries(COMMAND_OF) as [StepKind, string][];
  const without = new Set(kinds.filter(([, command]) => !commands.includes(command)).map(([kind]) => kind));
  return { users: DEVICES.length, devices: DEVICES.flat().length, without };
}

async function newUser(server: Waypost, name: string) {
  const address = `${name}@model.example`;
  const { tenantId, userId } = await server.addUser(address, PASSWORD);
  return { address, password: PASSWORD, tenantId, userId };
}

/** Two users with their devices, and everything that is known of their mail. */
export class World {
  readonly server: Waypost;
  readonly users: Actor[];
  readonly devices: Device[];
  readonly owners: number[];
  readonly #evictions: boolean;
  readonly ledger = new Ledger();
  /** Milliseconds from handing a message over to the end of the wait that it ended, one for each wait. */
  readonly wakes: number[] = [];

  private constructor(
    server: Waypost,
    users: Actor[],
    devices: Device[],
    owners: number[],
    evictions: boolean,
  ) {
    this.server = server;
    this.users = users;
    this.devices = devices;
    this.owners = owners;
    this.#evictions = evictions;
  }

  /** `evictions`: whether objects are ended now and then. */
  static async create(server: Waypost, shard: string, evictions: boolean): Promise<World> {
    const number = ++worlds;
    const users: Actor[] = [];
    const devices: Device[] = [];
    const owners: number[] = [];
    for (const [i, versions] of DEVICES.entries()) {
      const { address, password, tenantId, userId } = await newUser(server, `w${number}u${i}`);
      const ref = { tenantId, mailboxId: userId, shard };
      users.push({ address, ref, backstage: new Backstage(server, ref) });
      for (const version of versions) {
        const deviceId = `MODEL${number}X${devices.length}`;
        devices.push(new Device(server, { address, password, deviceId, version }));
        owners.push(i);
      }
    }
    return new World(server, users, devices, owners, evictions);
  }

  user(number: number): Actor {
    const user = this.users[number];
    if (user === undefined) throw new Error(`no user ${number}`);
    return user;
  }

  device(number: number): Device {
    const device = this.devices[number];
    if (device === undefined) throw new Error(`no device ${number}`);
    return device;
  }

  ownerOf(device: number): number {
    return this.owners[device] ?? 0;
  }

  /** One new message for a user, into the pipeline. */
  async deliver(
    user: number,
    how: { ageDays?: number; reply?: number; email?: boolean } = {},
  ): Promise<void> {
    const { address, backstage } = this.user(user);
    const subject = this.ledger.newSubject('M');
    const earlier = how.reply === undefined || how.reply < 0 ? null : this.ledger.earlier(how.reply);
    const raw = buildMail({
      ...{ to: address, subject, text: `Text of ${subject}.\r\n`, messageId: `<${subject}@sender.example>` },
      ...(earlier === null ? {} : { inReplyTo: `<${earlier}@sender.example>` }),
    });
    this.ledger.delivered(user, subject);
    if (how.email === true) {
      const { outcome } = await this.server.email('sender@sender.example', address, raw);
      if (outcome !== 'ok') throw new Error(`email(): ${outcome}`);
    } else await backstage.deliver(raw, Date.now() - (how.ageDays ?? 0) * DAY);
  }

  /** Ends the instance of a device's object, as soon as it does nothing. */
  async evict(number: number): Promise<void> {
    if (!this.#evictions) return;
    const { tenantId, mailboxId } = this.user(this.ownerOf(number)).ref;
    const name = `${tenantId}/${mailboxId}/${this.device(number).sender.deviceId}`;
    await this.server.evict('DEVICE', name).catch((error: unknown) => {
      if (!/not currently running/.test(String(error))) throw error;
    });
  }
}

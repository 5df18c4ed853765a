import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { FreeBusy } from '../../../core/freebusy/free-busy.ts';
import { nameOf, type Person } from '../../../core/people/types.ts';
import type { Pictures } from '../people/pictures.ts';
import { availabilityElement } from './availability.ts';
import type { Details } from './details.ts';
import type { ResolveOptions } from './options.ts';
import { RECIPIENT, type Recipient, type Resolved } from './resolve.ts';

/** Status of Certificates (MS-ASCMD 2.2.3.177.12). */
const CERTIFICATES = { ok: 1, none: 7, limitReached: 8 } as const;

/** Type of a recipient: of the address list, or a contact (MS-ASCMD 2.2.3.185.5). */
const TYPE = { listed: 1, contact: 2 } as const;

/** Makes the Response elements of one answer, whose certificates together stay within MaxCertificates. */
export class ResponseWriter {
  readonly #options: ResolveOptions;
  readonly #details: Details;
  readonly #availability: ReadonlyMap<string, FreeBusy>;
  readonly #pictures: Pictures | null;
  #certificatesLeft: number;

  constructor(
    options: ResolveOptions,
    details: Details,
    availability: ReadonlyMap<string, FreeBusy>,
    pictures: Pictures | null,
  ) {
    this.#options = options;
    this.#details = details;
    this.#availability = availability;
    this.#pictures = pictures;
    this.#certificatesLeft = options.maxCertificates;
  }

  async response(resolved: Resolved): Promise<WbxmlNode> {
    this.#pictures?.restart();
    const recipients: WbxmlNode[] = [];
    for (const person of resolved.people) {
      recipients.push(await this.#recipient(person, resolved.status === RECIPIENT.ok));
    }
    return el(
      'ResolveRecipients:Response',
      el('ResolveRecipients:To', resolved.to),
      el('ResolveRecipients:Status', resolved.status),
      el('ResolveRecipients:RecipientCount', resolved.total),
      recipients,
    );
  }

  /** Free/busy data and certificates are of those only who are meant without doubt. */
  async #recipient(person: Recipient, certain: boolean): Promise<WbxmlNode> {
    return el(
      'ResolveRecipients:Recipient',
      el('ResolveRecipients:Type', person.own === true ? TYPE.contact : TYPE.listed),
      el('ResolveRecipients:DisplayName', nameOf(person)),
      el('ResolveRecipients:EmailAddress', person.address),
      certain && this.#options.availability !== null
        ? availabilityElement(this.#availability.get(person.address))
        : null,
      certain ? this.#certificates(person) : null,
      this.#pictures === null ? null : await this.#pictures.of(person),
    );
  }

  #certificates(person: Person): WbxmlNode | null {
    const { certificates: kind } = this.#options;
    if (kind === 'none') return null;
    const all = this.#details.certificates.get(person.personId) ?? [];
    // One is enough for a client that wants the small form, of which there can be only one.
    const sent = kind === 'mini' ? all.slice(0, 1) : all;
    // All or nothing: a recipient with some certificates missing would be encrypted to in part.
    const fits = sent.length <= this.#certificatesLeft;
    if (fits) this.#certificatesLeft -= sent.length;
    const status = all.length === 0 ? CERTIFICATES.none : fits ? CERTIFICATES.ok : CERTIFICATES.limitReached;
    // MiniCertificate has no published format: it holds the certificate itself.
    const tag = kind === 'mini' ? 'ResolveRecipients:MiniCertificate' : 'ResolveRecipients:Certificate';
    return el(
      'ResolveRecipients:Certificates',
      el('ResolveRecipients:Status', status),
      el('ResolveRecipients:CertificateCount', all.length),
      el('ResolveRecipients:RecipientCount', this.#details.members.get(person.personId) ?? 1),
      status === CERTIFICATES.ok ? sent.map((c) => el(tag, c.der)) : null,
    );
  }
}

import { child, el, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import { MAX_SENT_PHOTO } from '../../../core/people/photo.ts';
import type { Person } from '../../../core/people/types.ts';
import type { PhotoStore } from '../../../core/ports/photos.ts';
import { atLeast, type Version } from '../http/versions.ts';
import { numberOf } from '../mail/body-preference.ts';

/** MS-ASCMD 2.2.2: of one photo. */
const PICTURE = { ok: 1, none: 173, tooLarge: 174, limitReached: 175 } as const;

/** Namespaces in which photos are asked for and answered. */
interface Tags {
  /** Picture in the request's Options, and MaxSize and MaxPictures in it. */
  asked: 'Search' | 'Find' | 'ResolveRecipients';
  /** Picture, Status and Data of the answer. */
  answered: 'GAL' | 'ResolveRecipients';
}

interface Limits {
  maxSize: number;
  maxPictures: number;
}

/** Photos for one query (MS-ASCMD 2.2.3.135): the first MaxPictures that fit are sent, the rest get a status. */
export class Pictures {
  readonly #store: PhotoStore;
  readonly #answered: Tags['answered'];
  readonly #limits: Limits;
  #sent = 0;

  private constructor(store: PhotoStore, answered: Tags['answered'], limits: Limits) {
    this.#store = store;
    this.#answered = answered;
    this.#limits = limits;
  }

  /** What the Options ask for, or null when they ask for no photos or the version knows none. */
  static asked(
    store: PhotoStore,
    options: WbxmlElement | undefined,
    version: Version,
    { asked, answered }: Tags,
  ): Pictures | null {
    const picture = child(options, `${asked}:Picture`);
    // iOS asks with an empty element: no limits of its own.
    if (picture === undefined || !atLeast(version, '14.1')) return null;
    return new Pictures(store, answered, {
      maxSize: Math.min(numberOf(picture, `${asked}:MaxSize`) ?? MAX_SENT_PHOTO, MAX_SENT_PHOTO),
      maxPictures: numberOf(picture, `${asked}:MaxPictures`) ?? Number.POSITIVE_INFINITY,
    });
  }

  /** The Picture element of one person. */
  async of(person: Person): Promise<WbxmlNode> {
    const { photo } = person;
    if (photo === null) return this.#element(PICTURE.none);
    if (photo.size > this.#limits.maxSize) return this.#element(PICTURE.tooLarge);
    if (this.#sent >= this.#limits.maxPictures) return this.#element(PICTURE.limitReached);
    const bytes = await this.#store.get(photo.key);
    // Replaced a moment ago: the entry was read with the old key.
    if (bytes === null) return this.#element(PICTURE.none);
    this.#sent += 1;
    return this.#element(PICTURE.ok, bytes);
  }

  /** Starts counting again: ResolveRecipients limits the photos of each recipient asked for. */
  restart(): void {
    this.#sent = 0;
  }

  #element(status: number, bytes?: Uint8Array): WbxmlNode {
    const ns = this.#answered;
    return el(
      `${ns}:Picture`,
      el(`${ns}:Status`, status),
      bytes === undefined ? null : el(`${ns}:Data`, bytes),
    );
  }
}

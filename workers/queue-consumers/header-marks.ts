import type { MessageIndex } from '../../codecs/mime/types.ts';
import type { ExtendedProperties } from '../../core/mail/types.ts';

/** RFC 2156 5.3.4, and what other programs write for it; the number is PidTagSensitivity (MS-OXCMSG 2.2.1.13). */
const SENSITIVITIES: readonly [word: RegExp, value: number][] = [
  [/personal/i, 1],
  [/private/i, 2],
  [/confidential/i, 3],
];

/**
 * What the header of a message says that lists of messages show and search for, under the MAPI properties that stand for
 * it: how sensitive it is, and who wants to be told of it. undefined where it says nothing of this.
 */
export function headerMarks({ headers }: Pick<MessageIndex, 'headers'>): ExtendedProperties | undefined {
  const fieldOf = (name: string) => headers.find((field) => field.name === name)?.value;
  const said = fieldOf('sensitivity') ?? '';
  const sensitivity = SENSITIVITIES.find(([word]) => word.test(said))?.[1];
  const yes = { type: 'Boolean', value: 'true' };
  const marks: ExtendedProperties = {
    ...(sensitivity === undefined ? {} : { '0x0036': { type: 'Integer', value: String(sensitivity) } }),
    ...(fieldOf('disposition-notification-to') === undefined ? {} : { '0x0029': yes }),
    ...(fieldOf('return-receipt-to') === undefined ? {} : { '0x0023': yes }),
  };
  return Object.keys(marks).length === 0 ? undefined : marks;
}

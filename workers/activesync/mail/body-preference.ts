import { child, children, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { BodyPreference } from '../../../core/sync/options.ts';

const TYPES = [1, 2, 3, 4] as const;

/** A whole number of an element, or undefined when it is absent or no number. */
export function numberOf(element: WbxmlElement | undefined, tag: string): number | undefined {
  const text = textOf(element, tag);
  return text !== undefined && /^\d{1,10}$/.test(text.trim()) ? Number(text) : undefined;
}

/** An element that is true by its presence or by the value 1 (MS-ASDTYPE 2.1). */
export function flagOf(element: WbxmlElement | undefined, tag: string): boolean | undefined {
  const found = child(element, tag);
  return found === undefined ? undefined : found.text.trim() !== '0';
}

/** BodyPreference elements of an Options element (MS-ASAIRS 2.2.2.12); those of unknown types are left out. */
export function bodyPreferences(options: WbxmlElement | undefined): BodyPreference[] {
  return children(options, 'AirSyncBase:BodyPreference').flatMap((p) => {
    const type = TYPES.find((t) => t === numberOf(p, 'AirSyncBase:Type'));
    if (type === undefined) return [];
    return [
      {
        type,
        truncationSize: numberOf(p, 'AirSyncBase:TruncationSize') ?? null,
        allOrNone: flagOf(p, 'AirSyncBase:AllOrNone') ?? false,
        preview: Math.min(255, numberOf(p, 'AirSyncBase:Preview') ?? 0),
      },
    ];
  });
}

export function mimeSupportOf(options: WbxmlElement | undefined): 0 | 1 | 2 {
  const value = numberOf(options, 'AirSync:MIMESupport');
  return value === 1 || value === 2 ? value : 0;
}

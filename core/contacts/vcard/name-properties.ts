import type { JCardProperty } from '../../../codecs/vcard/index.ts';
import { nameComponents } from '../name.ts';
import type { Card, NameComponent } from '../types.ts';
import { extension } from './property.ts';

const PARTS: NameComponent['kind'][][] = [
  ['surname', 'surname2'],
  ['given'],
  ['given2'],
  ['title'],
  ['generation', 'credential'],
];

/** N, which every vCard 3.0 has to have, and how the name is spoken. */
export function nameProperties(card: Card): JCardProperty[] {
  const components = card.name?.components ?? [];
  const shown = components.length > 0 ? components : [];
  const parts = PARTS.map((kinds) =>
    shown.filter(({ kind }) => kinds.includes(kind)).map(({ value }) => value),
  );
  const spoken = (kind: NameComponent['kind'], name: string, own: string): JCardProperty[] => {
    const text =
      nameComponents(card).find((part) => part.kind === kind && part.phonetic !== undefined)?.phonetic ??
      card['waypost:eas']?.[own];
    return text ? [extension(name, text)] : [];
  };
  return [
    [
      'n',
      {},
      'text',
      parts.map((part) => (part.length === 1 ? (part[0] ?? '') : part.length === 0 ? '' : part)),
    ],
    ...spoken('given', 'x-phonetic-first-name', 'YomiFirstName'),
    ...spoken('surname', 'x-phonetic-last-name', 'YomiLastName'),
  ];
}

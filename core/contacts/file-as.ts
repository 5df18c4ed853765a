import { companyName, displayName, namePart } from './name.ts';
import type { Card } from './types.ts';

/** Ways of filing a contact by what else is known of it (MS-OXWSCONT 2.2.5.3); `None`: as somebody said. */
export const FILE_AS_MAPPINGS = [
  'None',
  'LastCommaFirst',
  'FirstSpaceLast',
  'Company',
  'LastCommaFirstCompany',
  'CompanyLastFirst',
  'LastFirst',
  'LastFirstCompany',
  'CompanyLastCommaFirst',
  'LastFirstSuffix',
  'LastSpaceFirstCompany',
  'CompanyLastSpaceFirst',
  'LastSpaceFirst',
  'DisplayName',
  'FirstName',
  'LastFirstMiddleSuffix',
  'LastName',
  'Empty',
] as const;
export type FileAsMapping = (typeof FILE_AS_MAPPINGS)[number];

/** How a mapping files a contact; null where it says nothing. Company and name stand on lines of their own. */
export function filedBy(card: Card, mapping: FileAsMapping): string | null {
  const first = [namePart(card, 'given'), namePart(card, 'given2')].filter((part) => part !== '').join(' ');
  const last = namePart(card, 'surname', 'surname2');
  const suffix = namePart(card, 'generation', 'credential');
  const company = companyName(card);
  const join = (between: string, ...parts: string[]) => parts.filter((part) => part !== '').join(between);
  const comma = join(', ', last, first);
  const space = join(' ', last, first);
  const glued = `${last}${first}`;
  switch (mapping) {
    case 'None':
      return null;
    case 'Empty':
      return '';
    case 'LastCommaFirst':
      return comma;
    case 'FirstSpaceLast':
      return join(' ', first, last, suffix);
    case 'Company':
      return company;
    case 'LastCommaFirstCompany':
      return join('\n', comma, company);
    case 'CompanyLastCommaFirst':
      return join('\n', company, comma);
    case 'LastFirst':
      return glued;
    case 'LastFirstCompany':
      return join('\n', glued, company);
    case 'CompanyLastFirst':
      return join('\n', company, glued);
    case 'LastSpaceFirst':
      return space;
    case 'LastSpaceFirstCompany':
      return join('\n', space, company);
    case 'CompanyLastSpaceFirst':
      return join('\n', company, space);
    case 'LastFirstSuffix':
      return join(' ', glued, suffix);
    case 'LastFirstMiddleSuffix':
      return join(' ', `${last}${namePart(card, 'given')}`, namePart(card, 'given2'), suffix);
    case 'DisplayName':
      return displayName(card);
    case 'FirstName':
      return namePart(card, 'given');
    case 'LastName':
      return last;
  }
}

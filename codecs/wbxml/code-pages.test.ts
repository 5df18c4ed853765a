import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allTags, codePages } from './code-pages.ts';
import { decodeWbxml, el, encodeWbxml } from './index.ts';

interface SharedPage {
  page: number;
  namespace: string;
  tokens?: Record<string, string>;
  legacyTokens?: Record<string, string>;
  versions?: Record<string, string[]>;
  opaque?: string[];
}

const VERSIONS = ['2.5', '12.0', '12.1', '14.0', '14.1', '16.0', '16.1'] as const;
const SLIPS = ['Provision:MaxDevicePasswordFailedAttempts', 'Provision:MaxCalendarAgeFilter'];

test('every token of every page is a tag or is refused, and written as it was read', () => {
  let tags = 0;
  for (let page = 0; page < 26; page++) {
    for (let token = 0x05; token <= 0x3f; token++) {
      const bytes = Uint8Array.from([3, 1, 0x6a, 0, ...(page === 0 ? [] : [0, page]), token]);
      const tag = codePages()[page]?.[token];
      if (tag === undefined) {
        expect(() => decodeWbxml(bytes)).toThrow(/bad-tag/);
        continue;
      }
      tags += 1;
      expect(decodeWbxml(bytes).tag).toBe(tag);
      if (allTags().get(tag)?.legacy === false) expect(encodeWbxml(el(tag))).toEqual(bytes);
    }
  }
  expect(tags).toBe(allTags().size);
});

test('byte-array tags are those of the protocol', () => {
  expect([...allTags().values()].filter((t) => t.opaque).map((t) => t.tag)).toEqual([
    'ResolveRecipients:Data',
    'Search:ConversationId',
    'GAL:Data',
    'AirSyncBase:Content',
    'ItemOperations:ConversationId',
    'ComposeMail:Mime',
    'Email2:ConversationId',
    'Email2:ConversationIndex',
  ]);
});

test.each([
  ['Email:GlobalObjId', '2.5', '14.1'],
  ['Calendar:Location', '2.5', '14.1'],
  ['GetItemEstimate:Class', '2.5', '12.1'],
  ['AirSync:Wait', '12.1', '16.1'],
  ['Email2:IsDraft', '16.0', '16.1'],
  ['Find:Find', '16.1', '16.1'],
  ['AirSync:Sync', '2.5', '16.1'],
] as const)('%s is written from %s to %s', (tag, first, last) => {
  const written = VERSIONS.filter((version) => {
    try {
      return encodeWbxml(el(tag), { version }).length > 0;
    } catch {
      return false;
    }
  });
  expect(written).toEqual(VERSIONS.slice(VERSIONS.indexOf(first), VERSIONS.indexOf(last) + 1));
});

const path = join(resolve(process.env['WAYPOST_SHARED'] ?? '../shared'), 'eas/codepages.json');

describe.skipIf(!existsSync(path))('the shared code page table', () => {
  test('is ours, page by page, but for two slips of the documentation', () => {
    const { pages } = JSON.parse(readFileSync(path, 'utf8')) as { pages: SharedPage[] };
    const expected = pages.flatMap(
      ({ page, namespace, tokens = {}, legacyTokens = {}, versions = {}, opaque = [] }) => [
        ...Object.entries(tokens).map(([name, token]) => ({
          tag: `${namespace}:${name}`,
          page,
          token: Number(token),
          versions: SLIPS.includes(`${namespace}:${name}`)
            ? [...(versions[name] ?? []), '16.1']
            : (versions[name] ?? null),
          opaque: opaque.includes(name),
          legacy: false,
        })),
        ...Object.entries(legacyTokens).map(([name, token]) => ({
          tag: `${namespace}:${name}`,
          page,
          token: Number(token),
          versions: null,
          opaque: false,
          legacy: true,
        })),
      ],
    );
    const ours = [...allTags().values()].map((t) => ({ ...t, versions: t.versions && [...t.versions] }));
    expect(ours).toEqual(expected);
  });
});

import { describe, expect, test } from 'vitest';
import type { AttachmentLink } from '../../core/ports/links.ts';
import { type Subject, unique } from './subject.ts';

function link(over: Partial<AttachmentLink> = {}): AttachmentLink {
  return {
    tenantId: unique('tenant'),
    linkId: unique('link'),
    tokenHash: unique('hash'),
    mailboxId: 'm',
    submissionId: 's',
    rawKey: 'links/a',
    bodyStart: 10,
    bodyEnd: 30_000_000,
    encoding: 'base64',
    mediaType: 'application/pdf',
    name: 'Zpráva 💥.pdf',
    size: 20_000_000,
    createdAt: 5,
    endsAt: 100,
    revoked: false,
    ...over,
  };
}

export function linksContract(subject: Subject): void {
  describe('attachment links', () => {
    test('a link is found by the hash of its token, in its tenant alone', async () => {
      const { links } = await subject.open();
      const one = link();
      await links.addLinks([one, link({ tenantId: one.tenantId })]);
      await links.addLinks([]);
      expect(await links.findLink(one.tenantId, one.tokenHash)).toEqual(one);
      expect(await links.findLink(unique('tenant'), one.tokenHash)).toBeNull();
      expect(await links.findLink(one.tenantId, 'other')).toBeNull();
    });

    test('one that is added again stays as it is', async () => {
      const { links } = await subject.open();
      const one = link();
      await links.addLinks([one]);
      await links.addLinks([{ ...one, name: 'other' }]);
      expect(await links.findLink(one.tenantId, one.tokenHash)).toEqual(one);
    });

    test('they are listed newest first, page by page', async () => {
      const { links } = await subject.open();
      const tenantId = unique('tenant');
      const all = [
        link({ tenantId, linkId: 'a', createdAt: 1 }),
        link({ tenantId, linkId: 'b', createdAt: 2 }),
        link({ tenantId, linkId: 'c', createdAt: 2 }),
      ];
      await links.addLinks(all);
      await links.addLinks([link()]);
      const first = await links.listLinks(tenantId, null, 2);
      expect(first.map((l) => l.linkId)).toEqual(['c', 'b']);
      const last = first[1];
      expect((await links.listLinks(tenantId, last ?? null, 2)).map((l) => l.linkId)).toEqual(['a']);
    });

    test('a revoked one ends at once, and one that has ended stays so', async () => {
      const { links } = await subject.open();
      const one = link();
      await links.addLinks([one]);
      expect(await links.revokeLink(one.tenantId, one.linkId, 50)).toBe(true);
      expect(await links.findLink(one.tenantId, one.tokenHash)).toEqual({
        ...one,
        endsAt: 50,
        revoked: true,
      });
      expect(await links.revokeLink(one.tenantId, one.linkId, 60)).toBe(true);
      expect((await links.findLink(one.tenantId, one.tokenHash))?.endsAt).toBe(50);
      expect(await links.revokeLink(unique('tenant'), one.linkId, 60)).toBe(false);
      const over = link({ endsAt: 10 });
      await links.addLinks([over]);
      expect(await links.revokeLink(over.tenantId, over.linkId, 50)).toBe(true);
      expect(await links.findLink(over.tenantId, over.tokenHash)).toEqual(over);
    });

    test('a kept message can go when the last of its links has ended', async () => {
      const { links } = await subject.open();
      const tenantId = unique('tenant');
      const [a, b] = [link({ tenantId, endsAt: 10 }), link({ tenantId, endsAt: 20 })];
      const other = link({ tenantId, rawKey: 'links/b', endsAt: 5 });
      await links.addLinks([a, b, other, link({ endsAt: 1 })]);
      expect(await links.endedObjects(tenantId, 15, 10)).toEqual(['links/b']);
      expect(await links.endedObjects(tenantId, 21, 10)).toEqual(['links/a', 'links/b']);
      expect(await links.endedObjects(tenantId, 21, 1)).toEqual(['links/a']);
      await links.forgetObject(tenantId, 'links/b');
      expect(await links.endedObjects(tenantId, 21, 10)).toEqual(['links/a']);
      expect(await links.removeLinks(tenantId, 21)).toBe(1);
      expect((await links.listLinks(tenantId, null, 10)).map((l) => l.rawKey)).toEqual([
        'links/a',
        'links/a',
      ]);
    });
  });
}

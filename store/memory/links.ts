import type { AttachmentLink, LinkStore } from '../../core/ports/links.ts';
import { cleanLink } from '../repos/directory/links.ts';
import { compareText } from '../text.ts';
import { type Erasable, erasableRows } from './erasures.ts';

/** Attachment links in memory. */
export function createMemoryLinkStore(erasables: Erasable[]): LinkStore {
  const links = new Map<string, AttachmentLink & { kept: boolean }>();
  erasables.push(
    erasableRows(
      'directory.attachment_links',
      links,
      (link, { ref }) => link.tenantId === ref.tenantId && link.mailboxId === ref.mailboxId,
    ),
  );
  const idOf = (tenantId: string, linkId: string) => JSON.stringify([tenantId, linkId]);
  const of = (tenantId: string) => [...links.values()].filter((link) => link.tenantId === tenantId);
  const shown = ({ kept: _, ...link }: AttachmentLink & { kept: boolean }): AttachmentLink => link;
  return {
    async addLinks(added) {
      for (const link of added) {
        const id = idOf(link.tenantId, link.linkId);
        if (!links.has(id)) links.set(id, { ...cleanLink(link), kept: true });
      }
    },
    async findLink(tenantId, tokenHash) {
      const found = of(tenantId).find((link) => link.tokenHash === tokenHash);
      return found === undefined ? null : shown(found);
    },
    async listLinks(tenantId, before, limit) {
      return of(tenantId)
        .filter(
          (link) =>
            before === null ||
            link.createdAt < before.createdAt ||
            (link.createdAt === before.createdAt && compareText(link.linkId, before.linkId) < 0),
        )
        .sort((a, b) => b.createdAt - a.createdAt || compareText(b.linkId, a.linkId))
        .slice(0, limit)
        .map(shown);
    },
    async revokeLink(tenantId, linkId, at) {
      const link = links.get(idOf(tenantId, linkId));
      if (link !== undefined && link.endsAt > at) Object.assign(link, { endsAt: at, revoked: true });
      return link !== undefined;
    },
    async endedObjects(tenantId, before, limit) {
      const kept = of(tenantId).filter((link) => link.kept);
      const alive = new Set(kept.filter((link) => link.endsAt >= before).map((link) => link.rawKey));
      const ended = new Set(kept.map((link) => link.rawKey).filter((key) => !alive.has(key)));
      return [...ended].sort(compareText).slice(0, limit);
    },
    async forgetObject(tenantId, rawKey) {
      for (const link of of(tenantId)) if (link.rawKey === rawKey) link.kept = false;
    },
    async removeLinks(tenantId, before) {
      const gone = of(tenantId).filter((link) => !link.kept && link.endsAt < before);
      for (const link of gone) links.delete(idOf(tenantId, link.linkId));
      return gone.length;
    },
  };
}

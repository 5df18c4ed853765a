import { and, asc, desc, eq, gt, lt, max, type SQL, sql } from 'drizzle-orm';
import type { AttachmentLink, LinkStore } from '../../../core/ports/links.ts';
import { int } from '../../dialect/statements.ts';
import { askedId, fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

const MAX_NAME = 255;

/** What every implementation keeps of a link. */
export function cleanLink(link: AttachmentLink): AttachmentLink {
  return {
    ...link,
    name: fitText(link.name, MAX_NAME),
    mediaType: fitText(link.mediaType, MAX_NAME),
    encoding: fitText(link.encoding, 32),
  };
}

export function createLinkStore({ executor, tables: { attachmentLinks: t } }: DirectoryContext): LinkStore {
  async function select(which: SQL | undefined, limit: number): Promise<AttachmentLink[]> {
    const rows = await executor.all(
      executor.build
        .select({
          tenantId: t.tenantId,
          linkId: t.linkId,
          tokenHash: t.tokenHash,
          mailboxId: t.mailboxId,
          submissionId: t.submissionId,
          rawKey: t.rawKey,
          bodyStart: t.bodyStart,
          bodyEnd: t.bodyEnd,
          encoding: t.encoding,
          mediaType: t.mediaType,
          name: t.name,
          size: t.size,
          createdAt: t.createdAt,
          endsAt: t.endsAt,
          revoked: t.revoked,
        })
        .from(t)
        .where(which)
        .orderBy(desc(t.createdAt), desc(t.linkId))
        .limit(limit),
    );
    return rows.map((row) => ({ ...row, revoked: row.revoked === 1 }));
  }

  return {
    async addLinks(links) {
      if (links.length === 0) return;
      await executor.atomic(
        links.map((link) =>
          executor.build
            .insert(t)
            .values({ ...cleanLink(link), revoked: link.revoked ? 1 : 0, kept: 1 })
            .onConflictDoNothing(),
        ),
      );
    },
    async findLink(tenantId, tokenHash) {
      const [link] = await select(and(eq(t.tenantId, tenantId), eq(t.tokenHash, tokenHash)), 1);
      return link ?? null;
    },
    listLinks: (tenantId, before, limit) =>
      select(
        and(
          eq(t.tenantId, tenantId),
          before === null
            ? undefined
            : sql`(${t.createdAt}, ${t.linkId}) < (${int(before.createdAt)}, ${askedId(before.linkId)})`,
        ),
        limit,
      ),
    async revokeLink(tenantId, linkId, at) {
      const isLink = and(eq(t.tenantId, tenantId), eq(t.linkId, linkId));
      await executor.atomic([
        executor.build
          .update(t)
          .set({ endsAt: at, revoked: 1 })
          .where(and(isLink, gt(t.endsAt, at))),
      ]);
      return (await select(isLink, 1)).length === 1;
    },
    async endedObjects(tenantId, before, limit) {
      const rows = await executor.all(
        executor.build
          .select({ rawKey: t.rawKey })
          .from(t)
          .where(and(eq(t.tenantId, tenantId), eq(t.kept, 1)))
          .groupBy(t.rawKey)
          .having(lt(max(t.endsAt), before))
          .orderBy(asc(t.rawKey))
          .limit(limit),
      );
      return rows.map(({ rawKey }) => rawKey);
    },
    async forgetObject(tenantId, rawKey) {
      await executor.atomic([
        executor.build
          .update(t)
          .set({ kept: 0 })
          .where(and(eq(t.tenantId, tenantId), eq(t.rawKey, rawKey))),
      ]);
    },
    async removeLinks(tenantId, before) {
      const [removed] = await executor.atomic([
        executor.build.delete(t).where(and(eq(t.tenantId, tenantId), eq(t.kept, 0), lt(t.endsAt, before))),
      ]);
      return removed?.changes ?? 0;
    },
  };
}

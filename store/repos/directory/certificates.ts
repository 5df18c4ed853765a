import { and, desc, eq } from 'drizzle-orm';
import { NotFoundError } from '../../../core/errors.ts';
import type { TrustedRoot, UserCertificate } from '../../../core/people/types.ts';
import { askedId, fitText } from '../../text.ts';
import type { DirectoryContext } from './tenants.ts';

export async function putCertificate(
  { executor, tables: { certificates } }: DirectoryContext,
  certificate: UserCertificate,
): Promise<void> {
  await executor.atomic([
    executor.build
      .insert(certificates)
      .values({ ...certificate, subject: fitText(certificate.subject, 1024) })
      .onConflictDoNothing(),
  ]);
}

export async function deleteCertificate(
  { executor, tables: { certificates } }: DirectoryContext,
  tenantId: string,
  userId: string,
  fingerprint: string,
): Promise<void> {
  const [deleted] = await executor.atomic([
    executor.build
      .delete(certificates)
      .where(
        and(
          eq(certificates.tenantId, tenantId),
          eq(certificates.userId, userId),
          eq(certificates.fingerprint, askedId(fingerprint)),
        ),
      ),
  ]);
  if (deleted?.changes === 0) throw new NotFoundError('no such certificate');
}

export async function listCertificates(
  { executor, tables: { certificates } }: DirectoryContext,
  tenantId: string,
  userIds: readonly string[],
): Promise<UserCertificate[]> {
  if (userIds.length === 0) return [];
  return executor.all(
    executor.build
      .select({
        tenantId: certificates.tenantId,
        userId: certificates.userId,
        fingerprint: certificates.fingerprint,
        der: certificates.der,
        subject: certificates.subject,
        notBefore: certificates.notBefore,
        notAfter: certificates.notAfter,
      })
      .from(certificates)
      .where(and(eq(certificates.tenantId, tenantId), executor.dialect.isIn(certificates.userId, userIds)))
      .orderBy(certificates.userId, desc(certificates.notAfter), certificates.fingerprint),
  );
}

export async function putTrustedRoot(
  { executor, tables: { trustedRoots } }: DirectoryContext,
  root: TrustedRoot,
): Promise<void> {
  await executor.atomic([
    executor.build
      .insert(trustedRoots)
      .values({ ...root, subject: fitText(root.subject, 1024) })
      .onConflictDoNothing(),
  ]);
}

export async function deleteTrustedRoot(
  { executor, tables: { trustedRoots } }: DirectoryContext,
  tenantId: string,
  fingerprint: string,
): Promise<void> {
  const [deleted] = await executor.atomic([
    executor.build
      .delete(trustedRoots)
      .where(and(eq(trustedRoots.tenantId, tenantId), eq(trustedRoots.fingerprint, askedId(fingerprint)))),
  ]);
  if (deleted?.changes === 0) throw new NotFoundError('no such trusted root');
}

export async function listTrustedRoots(
  { executor, tables: { trustedRoots } }: DirectoryContext,
  tenantId: string,
): Promise<TrustedRoot[]> {
  return executor.all(
    executor.build
      .select({
        tenantId: trustedRoots.tenantId,
        fingerprint: trustedRoots.fingerprint,
        der: trustedRoots.der,
        subject: trustedRoots.subject,
      })
      .from(trustedRoots)
      .where(eq(trustedRoots.tenantId, tenantId))
      .orderBy(trustedRoots.fingerprint),
  );
}

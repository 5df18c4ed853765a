/** as: the message is the owner's own. behalf: the message names the owner as its author and the grantee as its sender. */
export type SendGrantKind = 'as' | 'behalf';

/** What one user lets another of the same tenant do (I24). */
export interface SendGrant {
  tenantId: string;
  ownerId: string;
  granteeId: string;
  kind: SendGrantKind;
}

export interface SendGrants {
  /** Replaces an earlier grant of the same owner to the same user. */
  putSendGrant(grant: SendGrant): Promise<void>;
  removeSendGrant(tenantId: string, ownerId: string, granteeId: string): Promise<void>;
  sendGrant(tenantId: string, ownerId: string, granteeId: string): Promise<SendGrantKind | null>;
  /** Those that an owner has given, by grantee. */
  sendGrantsOf(tenantId: string, ownerId: string): Promise<SendGrant[]>;
}

/**
 * What one may do with a folder of somebody else. none: not even see when they are busy. freebusy: when. detail: with
 * what and where. read, write, delete: its items. folder: rename and remove the folder, make others in it. meetings: of a
 * calendar, get the owner's invitations and answer them.
 */
export const FOLDER_RIGHTS = [
  'none',
  'freebusy',
  'detail',
  'read',
  'write',
  'delete',
  'folder',
  'meetings',
] as const;
export type FolderRight = (typeof FOLDER_RIGHTS)[number];

/** Stands for everybody of the tenant who has no grant of their own. */
export const EVERYBODY = '';

export interface Grant {
  /** '' for the whole mailbox, as far as its folders have no grant of their own. */
  folderId: string;
  /** User of the same tenant, or EVERYBODY. */
  granteeId: string;
  /** In the order of FOLDER_RIGHTS, each once. */
  rights: FolderRight[];
}

/** What the owner of a mailbox lets others do with it. It is enforced in core/access, nowhere else. */
export interface AclStore {
  /** In order of folder and grantee. */
  grants(): Promise<Grant[]>;
  /** Those that concern this user: their own, and everybody's. */
  grantsFor(granteeId: string): Promise<Grant[]>;
  /** In the place of what the grantee had there; without rights it is taken away. Rejects with NotFoundError. */
  putGrant(grant: Grant): Promise<void>;
  /** Takes everything away from one. */
  dropGrantee(granteeId: string): Promise<void>;
}

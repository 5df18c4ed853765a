/** Status values by command, named as they are used here (MS-ASCMD 2.2.3.177 and 2.2.2). */
export const STATUS = {
  common: {
    ok: 1,
    invalidContent: 101,
    invalidWbxml: 102,
    invalidXml: 103,
    serverError: 110,
    mailboxFull: 113,
    badMimeType: 105,
  },
  folderSync: { ok: 1, serverError: 6, invalidKey: 9, malformed: 10 },
  /** Of FolderCreate, FolderDelete and FolderUpdate; the others come from core/sync/folder-change. */
  folderChange: { ok: 1, special: 3, malformed: 10 },
  sync: {
    ok: 1,
    invalidKey: 3,
    protocol: 4,
    serverError: 5,
    conversion: 6,
    notFound: 8,
    /** The mailbox takes no more (MS-ASCMD 2.2.3.177.17). */
    full: 9,
    hierarchy: 12,
    incomplete: 13,
    waitRange: 14,
    tooManyCollections: 15,
    /** Of a draft that is to be sent: nobody to send it to, or one that is no address. */
    badRecipient: 183,
  },
  estimate: { ok: 1, noCollection: 2, notSynced: 3, invalidKey: 4 },
  /** Of one Result (MS-ASCMD 2.2.3.177.9); the last two are common ones. */
  meetingResponse: {
    ok: 1,
    invalidRequest: 2,
    mailboxError: 3,
    serverError: 4,
    badTime: 104,
    notRecurring: 146,
  },
  moveItems: { badSource: 1, badDestination: 2, ok: 3, same: 4, twoDestinations: 5 },
  itemOperations: {
    ok: 1,
    protocol: 2,
    serverError: 3,
    /** Of a document library: the address is bad, and access is denied. */
    badUri: 4,
    uriDenied: 5,
    notFound: 6,
    badRange: 8,
    unknownStore: 9,
    tooLarge: 11,
    conversion: 14,
    badAttachment: 15,
    denied: 16,
    invalidIds: 105,
    badDestination: 156,
  },
  /** Of a Store (MS-ASCMD 2.2.3.177.13). */
  search: {
    ok: 1,
    invalid: 2,
    badLink: 4,
    accessDenied: 5,
    tooComplex: 8,
    hierarchy: 11,
    endOfRange: 12,
  },
  /** MS-ASCMD 2.2.3.177.2 */
  find: { ok: 1, invalid: 2, hierarchy: 3, startAtZero: 4 },
  ping: {
    expired: 1,
    changed: 2,
    missing: 3,
    syntax: 4,
    heartbeat: 5,
    folderLimit: 6,
    hierarchy: 7,
    serverError: 8,
  },
  provision: {
    ok: 1,
    protocol: 2,
    serverError: 3,
    notCompliant: 139,
    externallyManaged: 145,
    informationMissing: 165,
  },
  /** Status of one Policy (MS-ASPROV 2.2.2.54.2). */
  policy: { ok: 1, unknownType: 3, wrongKey: 5 },
} as const;

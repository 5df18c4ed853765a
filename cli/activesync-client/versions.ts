/** Versions that this client speaks, best first (MS-ASHTTP 2.2.1.1.2.4). */
export const CLIENT_VERSIONS = ['16.1', '16.0', '14.1', '14.0', '12.1'] as const;

export type ClientVersion = (typeof CLIENT_VERSIONS)[number];

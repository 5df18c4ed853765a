/**
 * The version of Exchange that clients are told (MS-OXWSCDATA 2.2.3.12): a build of 2016, which every client knows. The
 * edges tell the same one, since clients remember it for the account.
 */
export const EXCHANGE_VERSION = { major: 15, minor: 1, majorBuild: 2507, minorBuild: 6 } as const;

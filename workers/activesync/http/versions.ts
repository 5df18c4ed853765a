/** Protocol versions that are spoken, oldest first (MS-ASHTTP 2.2.1.1.2.4). */
export const VERSIONS = ['12.1', '14.0', '14.1', '16.0', '16.1'] as const;

export type Version = (typeof VERSIONS)[number];

/** The version a request names, or null when it is none of ours. */
export function versionOf(text: string | null): Version | null {
  return VERSIONS.find((v) => v === text) ?? null;
}

export function atLeast(version: Version, floor: Version): boolean {
  return VERSIONS.indexOf(version) >= VERSIONS.indexOf(floor);
}

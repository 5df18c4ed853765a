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

/** First and last version of the commands that not every version has (MS-ASCMD 2.2.1). */
const SPANS: Readonly<Record<string, readonly [Version, Version]>> = {
  GetAttachment: ['12.1', '12.1'],
  GetHierarchy: ['12.1', '12.1'],
  Find: ['16.1', '16.1'],
};

export function isCommandOf(version: Version, command: string): boolean {
  const span = Object.hasOwn(SPANS, command) ? SPANS[command] : undefined;
  return span === undefined || (atLeast(version, span[0]) && atLeast(span[1], version));
}

/** Status of Settings and of its properties (MS-ASCMD 2.2.3.177.15). */
export const SETTINGS = {
  ok: 1,
  protocol: 2,
  serverError: 4,
  invalid: 5,
  conflicting: 6,
  denied: 7,
} as const;

export type SettingsStatus = (typeof SETTINGS)[keyof typeof SETTINGS];

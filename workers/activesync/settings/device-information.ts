import { child, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import type { DeviceInformation } from '../../../core/identity/types.ts';
import type { EasContext } from '../context.ts';
import { onlyChild, type Property } from './property.ts';
import { SETTINGS, type SettingsStatus } from './status.ts';

/** MS-ASCMD 6.35, DeviceInformationStringType. */
const MAX_TEXT = 1024;

const TEXTS = {
  'Settings:Model': 'model',
  'Settings:IMEI': 'imei',
  'Settings:FriendlyName': 'friendlyName',
  'Settings:OS': 'os',
  'Settings:OSLanguage': 'osLanguage',
  'Settings:PhoneNumber': 'phoneNumber',
  'Settings:UserAgent': 'userAgent',
  'Settings:MobileOperator': 'mobileOperator',
} as const satisfies Record<string, keyof DeviceInformation>;

/** What the device says of itself (MS-ASCMD 2.2.3.45): kept for admins. */
export const deviceInformation: Property = {
  parse(element, context) {
    const set = onlyChild(element, 'Settings:Set');
    if (set === null) return null;
    const parsed = parseDeviceInformation(set, context.version);
    return async () => {
      if (typeof parsed === 'number') return answer(parsed);
      await storeDeviceInformation(context, parsed);
      return answer(SETTINGS.ok);
    };
  },
};

function answer(status: SettingsStatus) {
  return el('Settings:DeviceInformation', el('Settings:Status', status));
}

/** The Set element of DeviceInformation, of Settings or of Provision; a Status when it is refused. */
export function parseDeviceInformation(
  set: WbxmlElement,
  version: EasContext['version'],
): DeviceInformation | SettingsStatus {
  const information: DeviceInformation = {};
  for (const [tag, field] of Object.entries(TEXTS)) {
    const text = textOf(set, tag);
    if (text !== undefined && text.length > MAX_TEXT) return SETTINGS.invalid;
    if (text !== undefined && text !== '') information[field] = text;
  }
  if (child(set, 'Settings:EnableOutboundSMS') !== undefined) {
    const value = textOf(set, 'Settings:EnableOutboundSMS')?.trim();
    if (value !== '0' && value !== '1') return SETTINGS.invalid;
    information.enableOutboundSms = value === '1';
  }
  // MS-ASCMD 2.2.3.124: only 14.0 asks for the number with it.
  const numberMissing = information.enableOutboundSms === true && information.phoneNumber === undefined;
  return numberMissing && version === '14.0' ? SETTINGS.invalid : information;
}

/** Keeps what the device says, with the device itself when this is the first that is heard of it. */
export async function storeDeviceInformation(
  { services, ref, principal, query, version, userAgent }: EasContext,
  information: DeviceInformation,
): Promise<void> {
  const { directory } = services;
  const now = services.now();
  const { userId } = principal.user;
  await directory.touchDevice({
    tenantId: ref.tenantId,
    userId,
    deviceId: query.deviceId,
    deviceType: query.deviceType,
    userAgent,
    protocolVersion: version,
    firstSeenAt: now,
    lastSeenAt: now,
  });
  await directory.setDeviceInformation(ref.tenantId, userId, query.deviceId, information);
}

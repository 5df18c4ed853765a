import { child, el, textOf } from '../../../codecs/wbxml/index.ts';
import { onlyChild, type Property } from './property.ts';
import { SETTINGS } from './status.ts';

/** MS-ASCMD 6.36: a longer password is an invalid argument. */
const MAX_PASSWORD = 255;

/**
 * The recovery password of a device (MS-ASCMD 2.2.3.46). None is kept: it would be a secret that opens the device, in
 * plain text, for a use that no policy here offers. So a password is denied by policy, and clearing it succeeds.
 */
export const devicePassword: Property = {
  parse(element) {
    const set = onlyChild(element, 'Settings:Set');
    if (set === null || child(set, 'Settings:Password') === undefined) return null;
    const password = textOf(set, 'Settings:Password') ?? '';
    const status =
      password === '' ? SETTINGS.ok : password.length > MAX_PASSWORD ? SETTINGS.invalid : SETTINGS.denied;
    return async () => el('Settings:DevicePassword', el('Settings:Status', status));
  },
};

import { el } from '../../../codecs/wbxml/index.ts';
import { atLeast } from '../http/versions.ts';
import { onlyChild, type Property } from './property.ts';
import { SETTINGS } from './status.ts';

/** Templates of rights management (MS-ASRM 2.2.3): there are none, since this server has no rights management. */
export const rightsManagement: Property = {
  parse(element, { version }) {
    if (!atLeast(version, '14.1') || onlyChild(element, 'Settings:Get') === null) return null;
    return async () =>
      el(
        'Settings:RightsManagementInformation',
        el('Settings:Status', SETTINGS.ok),
        el('Settings:Get', el('RightsManagement:RightsManagementTemplates')),
      );
  },
};

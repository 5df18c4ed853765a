import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import {
  POLICY_SETTINGS,
  type PolicySettingName,
  type PolicySettings,
} from '../../../core/policy/settings.ts';

/**
 * The settings of a policy for a device (MS-ASPROV 2.2.2.28): all of them, in the order of the schema, which is the
 * same from 12.1 to 16.1.
 */
export function provisionDocument(settings: PolicySettings): WbxmlNode {
  const names = Object.keys(POLICY_SETTINGS) as PolicySettingName[];
  return el(
    'Provision:EASProvisionDoc',
    names.map((name) => setting(name, settings[name])),
  );
}

function setting(name: PolicySettingName, value: boolean | number | string[] | undefined): WbxmlNode {
  const tag = `Provision:${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const rule = POLICY_SETTINGS[name];
  if (rule.kind === 'list') {
    const entry = name === 'approvedApplicationList' ? 'Provision:Hash' : 'Provision:ApplicationName';
    return el(tag, Array.isArray(value) ? value.map((text) => el(entry, text)) : null);
  }
  return el(tag, Array.isArray(value) ? null : (value ?? rule.unset));
}

import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { deviceInformation } from '../settings/device-information.ts';
import { devicePassword } from '../settings/device-password.ts';
import { oof } from '../settings/oof.ts';
import type { Property, PropertyAction } from '../settings/property.ts';
import { rightsManagement } from '../settings/rights-management.ts';
import { SETTINGS } from '../settings/status.ts';
import { userInformation } from '../settings/user-information.ts';

const PROPERTIES: ReadonlyMap<string, Property> = new Map([
  ['Settings:Oof', oof],
  ['Settings:DeviceInformation', deviceInformation],
  ['Settings:DevicePassword', devicePassword],
  ['Settings:UserInformation', userInformation],
  ['Settings:RightsManagementInformation', rightsManagement],
]);

/**
 * Settings (MS-ASCMD 2.2.1.18): each property once, acted on and answered in the order of the request. A malformed
 * request is refused as a whole, with nothing done.
 */
export async function settings(context: EasContext): Promise<Reply> {
  const actions = parse(context);
  if (actions === null) return wbxml(answer(SETTINGS.protocol, []));
  const answers: WbxmlNode[] = [];
  for (const act of actions) answers.push(await act());
  return wbxml(answer(SETTINGS.ok, answers));
}

function parse(context: EasContext): PropertyAction[] | null {
  const root = context.body;
  if (root?.tag !== 'Settings:Settings') return null;
  const actions: PropertyAction[] = [];
  const seen = new Set<string>();
  for (const element of root.children) {
    const action = PROPERTIES.get(element.tag)?.parse(element, context) ?? null;
    if (action === null || seen.has(element.tag)) return null;
    seen.add(element.tag);
    actions.push(action);
  }
  return actions;
}

function answer(status: number, answers: WbxmlNode[]): WbxmlNode {
  return el('Settings:Settings', el('Settings:Status', status), answers);
}

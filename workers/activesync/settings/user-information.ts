import { el, type WbxmlNode } from '../../../codecs/wbxml/index.ts';
import type { EasContext } from '../context.ts';
import { atLeast } from '../http/versions.ts';
import { onlyChild, type Property } from './property.ts';
import { SETTINGS } from './status.ts';

/** The user's own addresses (MS-ASCMD 2.2.3.182). */
export const userInformation: Property = {
  parse(element, context) {
    return onlyChild(element, 'Settings:Get') === null ? null : () => getUserInformation(context);
  },
};

async function getUserInformation({ services, principal, version }: EasContext): Promise<WbxmlNode> {
  const { user } = principal;
  const aliases = await services.directory.listAliases(user.tenantId, user.userId);
  const addresses = [user.address, ...aliases.filter((a) => a.enabled).map((a) => a.address)];
  const smtp = addresses.map((address) => el('Settings:SMTPAddress', address));
  return el(
    'Settings:UserInformation',
    el('Settings:Status', SETTINGS.ok),
    el(
      'Settings:Get',
      // From 14.1 on addresses belong to accounts. The mailbox's own account has neither id nor name (S16_TC04).
      atLeast(version, '14.1')
        ? el(
            'Settings:Accounts',
            el(
              'Settings:Account',
              el('Settings:EmailAddresses', smtp, el('Settings:PrimarySmtpAddress', user.address)),
            ),
          )
        : el('Settings:EmailAddresses', smtp),
    ),
  );
}

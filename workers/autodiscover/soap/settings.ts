import { EXCHANGE_VERSION } from '../../../shared/exchange-version.ts';
import type { Endpoints } from '../endpoints.ts';
import type { Subject } from '../subject.ts';

const { major, minor, majorBuild, minorBuild } = EXCHANGE_VERSION;
const two = (value: number) => String(value).padStart(2, '0');
const VERSION = `${two(major)}.${two(minor)}.${majorBuild}.${String(minorBuild).padStart(3, '0')}`;

/** Schemas of EWS that are spoken here: any name of a version is taken (MS-OXWSADISC 3.1.4.3.4). */
const SCHEMAS =
  'Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2015, Exchange2016';

/** Names of settings that Exchange has and this server does not (MS-OXWSADISC 3.1.4.3.4.5). */
const NOT_HERE = new Set(
  `ActiveDirectoryServer AlternateMailboxes ArchiveMailbox CalendarTimeZoneId CertPrincipalName ContactsTimeZoneId
  CrossOrganizationSharingEnabled EcpDeliveryReportUrlFragment EcpEmailSubscriptionsUrlFragment EcpPublishingUrlFragment
  EcpTextMessagingUrlFragment EcpVoicemailUrlFragment EcpRetentionPolicyTagsUrlFragment EcpPhotoUrlFragment
  EcpTeamMailboxUrlFragment EcpTeamMailboxCreatingUrlFragment EcpTeamMailboxEditingUrlFragment
  EcpTeamMailboxHidingUrlFragment EcpTeamMailboxSyncUrlFragment EcpConnectUrlFragment EcpExtensionInstallationUrlFragment
  EwsOABUrl EwsPartnerUrl ExchangeRpcUrl ExternalEcpDeliveryReportsUrl ExternalEcpEmailSubscriptionsUrl
  ExternalEcpPublishingUrl ExternalEcpTextMessagingUrl ExternalEcpUrl ExternalEcpVoicemailUrl
  ExternalEcpRetentionPolicyTagsUrl ExternalEcpPhotoUrl ExternalEcpTeamMailboxUrl ExternalEcpTeamMailboxCreatingUrl
  ExternalEcpTeamMailboxEditingUrl ExternalEcpTeamMailboxHidingUrl ExternalEcpConnectUrl
  ExternalEcpExtensionInstallationUrl ExternalImap4Connections ExternalOABUrl ExternalPhotosUrl ExternalPop3Connections
  ExternalPublicFolderDatabase ExternalServerExclusiveConnect ExternalSmtpConnections ExternalUMUrl
  ExternalWebClientUrls GroupingInformation InternalEcpDeliveryReportsUrl InternalEcpEmailSubscriptionsUrl
  InternalEcpPublishingUrl InternalEcpTextMessagingUrl InternalEcpUrl InternalEcpVoicemailUrl
  InternalEcpRetentionPolicyTagsUrl InternalEcpPhotoUrl InternalEcpTeamMailboxUrl InternalEcpTeamMailboxCreatingUrl
  InternalEcpTeamMailboxEditingUrl InternalEcpTeamMailboxHidingUrl InternalEcpConnectUrl
  InternalEcpExtensionInstallationUrl InternalImap4Connections InternalMailboxServerDN InternalOABUrl InternalPhotosUrl
  InternalPop3Connections InternalPublicFolderDatabase InternalRpcClientServer InternalServerExclusiveConnect
  InternalSmtpConnections InternalUMUrl InternalWebClientUrls MapiHttpEnabled MobileMailboxPolicy
  MobileMailboxPolicyInterop PublicFolderServer PublicFolderInformation SiteMailboxCreationURL SharingEnabled
  SPMySiteHostURL UserMSOnline`.split(/\s+/),
);

export function isSettingName(name: string): boolean {
  return NOT_HERE.has(name);
}

export function userSettings(subject: Subject, to: Endpoints): ReadonlyMap<string, string> {
  return new Map([
    ['UserDisplayName', subject.displayName],
    ['UserDN', subject.legacyDn],
    ['MailboxDN', subject.legacyDn],
    ['UserDeploymentId', subject.deploymentId],
    ['AutoDiscoverSMTPAddress', subject.address],
    ['MailboxVersion', VERSION],
    ['CasVersion', VERSION],
    ['InternalMailboxServer', to.host],
    ['ExternalMailboxServer', to.host],
    ['ExternalMailboxServerRequiresSSL', to.secure ? 'True' : 'False'],
    ['ExternalMailboxServerAuthenticationMethods', 'Basic'],
    ['EwsSupportedSchemas', SCHEMAS],
    ['InternalEwsUrl', to.ews],
    ...domainSettings(to),
  ]);
}

export function domainSettings(to: Endpoints): ReadonlyMap<string, string> {
  return new Map([
    ['ExternalEwsUrl', to.ews],
    ['ExternalEwsVersion', VERSION],
  ]);
}

import { describe, expect, it } from 'vitest';
import { decodeWbxml, encodeWbxml } from '../../../codecs/wbxml/index.ts';
import { checkPolicySettings, POLICY_SETTINGS } from '../../../core/policy/settings.ts';
import { provisionDocument } from './document.ts';

/** `name=value` of each element, in the order in which a device reads them. */
function read(settings: Record<string, unknown>): string[] {
  const root = decodeWbxml(
    encodeWbxml(provisionDocument(checkPolicySettings(settings)), { version: '12.1' }),
  );
  return root.children.map((c) => {
    const inner = c.children.map((entry) => `${entry.tag.slice(10)}:${entry.text}`).join(',');
    return `${c.tag.slice('Provision:'.length)}=${c.text}${inner}`;
  });
}

// MS-ASPROV 6: the sequence of EASProvisionDoc.
const UNSET = `DevicePasswordEnabled=0 AlphanumericDevicePasswordRequired=0 PasswordRecoveryEnabled=0
  RequireStorageCardEncryption=0 AttachmentsEnabled=1 MinDevicePasswordLength= MaxInactivityTimeDeviceLock=
  MaxDevicePasswordFailedAttempts= MaxAttachmentSize= AllowSimpleDevicePassword=1 DevicePasswordExpiration=
  DevicePasswordHistory=0 AllowStorageCard=1 AllowCamera=1 RequireDeviceEncryption=0 AllowUnsignedApplications=1
  AllowUnsignedInstallationPackages=1 MinDevicePasswordComplexCharacters=1 AllowWiFi=1 AllowTextMessaging=1
  AllowPOPIMAPEmail=1 AllowBluetooth=2 AllowIrDA=1 RequireManualSyncWhenRoaming=0 AllowDesktopSync=1
  MaxCalendarAgeFilter=0 AllowHTMLEmail=1 MaxEmailAgeFilter=0 MaxEmailBodyTruncationSize=-1
  MaxEmailHTMLBodyTruncationSize=-1 RequireSignedSMIMEMessages=0 RequireEncryptedSMIMEMessages=0
  RequireSignedSMIMEAlgorithm=0 RequireEncryptionSMIMEAlgorithm=0 AllowSMIMEEncryptionAlgorithmNegotiation=2
  AllowSMIMESoftCerts=1 AllowBrowser=1 AllowConsumerEmail=1 AllowRemoteDesktop=1 AllowInternetSharing=1
  UnapprovedInROMApplicationList= ApprovedApplicationList=`.split(/\s+/);

describe('EASProvisionDoc (MS-ASPROV 2.2.2.28)', () => {
  it('has every setting in the order of the schema, unset ones as values that ask for nothing', () => {
    expect(read({})).toEqual(UNSET);
    expect(Object.keys(POLICY_SETTINGS)).toHaveLength(42);
  });

  it('has what is set', () => {
    const set = read({
      attachmentsEnabled: false,
      minDevicePasswordLength: 6,
      maxAttachmentSize: 4_294_967_295,
      allowBluetooth: 0,
      maxEmailBodyTruncationSize: 0,
      unapprovedInROMApplicationList: ['solitaire.exe', 'chess.exe'],
      approvedApplicationList: ['da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    });
    expect(set.filter((line) => !UNSET.includes(line))).toEqual([
      'AttachmentsEnabled=0',
      'MinDevicePasswordLength=6',
      'MaxAttachmentSize=4294967295',
      'AllowBluetooth=0',
      'MaxEmailBodyTruncationSize=0',
      'UnapprovedInROMApplicationList=ApplicationName:solitaire.exe,ApplicationName:chess.exe',
      'ApprovedApplicationList=Hash:da39a3ee5e6b4b0d3255bfef95601890afd80709',
    ]);
    expect(set).toHaveLength(42);
  });

  it('is made of settings that are in range', () => {
    for (const wrong of [
      { minDevicePasswordLength: 17 },
      { minDevicePasswordLength: 0 },
      { maxDevicePasswordFailedAttempts: 3 },
      { allowBluetooth: 3 },
      { maxEmailBodyTruncationSize: -2 },
      { maxCalendarAgeFilter: 1 },
      { devicePasswordHistory: 1.5 },
      { allowCamera: 1 },
      { approvedApplicationList: [''] },
      { approvedApplicationList: 'x' },
      { noSuchSetting: true },
      { constructor: true },
    ]) {
      expect(() => checkPolicySettings(wrong), JSON.stringify(wrong)).toThrow(
        expect.objectContaining({ code: 'invalid-input' }),
      );
    }
    expect(checkPolicySettings({ allowCamera: null, allowWiFi: false })).toEqual({ allowWiFi: false });
  });
});

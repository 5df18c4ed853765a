import type { ActiveSyncClient } from './client.ts';
import { type EasFolder, folderSync } from './commands/folder-sync.ts';
import { options, type ServerOptions } from './commands/options.ts';
import { type DeviceInformation, provision } from './commands/provision.ts';
import { EasError, ProvisioningNeeded } from './errors.ts';
import { CLIENT_VERSIONS, type ClientVersion } from './versions.ts';

export interface SignedIn {
  server: ServerOptions;
  folderSyncKey: string;
  folders: EasFolder[];
  /** The server has a policy and the device has accepted it. */
  provisioned: boolean;
}

/**
 * What a phone does first: asks what the server speaks, takes the newest version that both know (or `wanted`),
 * and reads the folders, with Provision in between when the server asks for it.
 */
export async function signIn(
  client: ActiveSyncClient,
  device: DeviceInformation,
  wanted?: ClientVersion,
): Promise<SignedIn> {
  const server = await options(client);
  const version = (wanted === undefined ? CLIENT_VERSIONS : [wanted]).find((v) =>
    server.versions.includes(v),
  );
  if (version === undefined) {
    throw new EasError(
      `the server speaks ${server.versions.join(', ')}, not ${wanted ?? CLIENT_VERSIONS.join(', ')}`,
    );
  }
  client.version = version;
  try {
    const { syncKey, added } = await folderSync(client);
    return { server, folderSyncKey: syncKey, folders: added, provisioned: false };
  } catch (error) {
    if (!(error instanceof ProvisioningNeeded)) throw error;
    const policy = await provision(client, device);
    const { syncKey, added } = await folderSync(client);
    return { server, folderSyncKey: syncKey, folders: added, provisioned: policy !== null };
  }
}

import {
  ActiveSyncClient,
  type ClientVersion,
  type EasFolder,
  FolderModel,
  type SignedIn,
  signIn,
} from '../../../cli/activesync-client/index.ts';

interface TestAccount {
  user: string;
  password: string;
  deviceId?: string;
  version?: ClientVersion;
  queryEncoding?: 'plain' | 'base64';
}

interface Connected {
  client: ActiveSyncClient;
  signedIn: SignedIn;
  /** The folder with this type (MS-ASCMD 2.2.3.186.3); 2 is the Inbox. Throws when there is none. */
  folder(type: number): EasFolder;
  /** A fresh model of a folder, key 0. */
  model(type: number): FolderModel;
}

let devices = 0;

/** Signs a new device in at the server at `url`. */
export async function connect(url: string | URL, account: TestAccount): Promise<Connected> {
  const client = new ActiveSyncClient({
    url,
    user: account.user,
    password: account.password,
    deviceId: account.deviceId ?? `TEST${process.pid}N${++devices}`,
    deviceType: 'Test',
    queryEncoding: account.queryEncoding ?? 'plain',
  });
  const device = { model: 'test', friendlyName: 'test', os: 'test', userAgent: 'test/1.0' };
  const signedIn = await signIn(client, device, account.version);
  const folder = (type: number) => {
    const found = signedIn.folders.find((f) => f.type === type);
    if (found === undefined) throw new Error(`there is no folder of type ${type}`);
    return found;
  };
  return { client, signedIn, folder, model: (type) => new FolderModel(folder(type).serverId) };
}

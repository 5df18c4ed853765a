/** A little of everything that is counted. */
import {
  ActiveSyncClient,
  FolderModel,
  folderSync,
  ping,
  signIn,
  syncFolder,
} from '../../../cli/activesync-client/index.ts';
import type { Waypost } from '../../support/harness.ts';
import { buildMail } from '../../support/mail.ts';
import { ewsClient } from '../ews/index.ts';

const PASSWORD = 'a-password-1';
const ANN = 'ann@metrics.example';
const BOB = 'bob@metrics.example';

export interface Traffic {
  /** Once through everything. */
  round(): Promise<void>;
}

/** Users, and a phone that has signed in. */
export async function openTraffic(waypost: Waypost): Promise<Traffic> {
  await waypost.addUser(ANN, PASSWORD);
  await waypost.addUser(BOB, PASSWORD);
  const phone = new ActiveSyncClient({
    ...{ url: waypost.url, user: ANN, password: PASSWORD, deviceId: 'METRICSPHONE1', deviceType: 'check' },
  });
  const { folders } = await signIn(phone, {
    model: 'check',
    friendlyName: 'check',
    os: 'check',
    userAgent: 'check/1.0',
  });
  const folder = folders.find((one) => one.type === 2);
  if (folder === undefined) throw new Error('there is no Inbox');
  const inbox = new FolderModel(folder.serverId);
  const desktop = ewsClient(waypost, ANN, PASSWORD);
  await deadLetter(waypost);
  return {
    async round() {
      await waypost.email('somebody@elsewhere.example', ANN, buildMail({ subject: 'Hello' }));
      await waypost.email('somebody@elsewhere.example', 'nobody@metrics.example', buildMail());
      await folderSync(phone, '0');
      await syncFolder(phone, inbox, {
        windowSize: 10,
        options: { filterType: 0, mimeSupport: 0, bodies: [] },
      });
      await ping(phone, { heartbeat: 60, folders: [{ id: inbox.collectionId }] });
      await desktop.call(message());
      await desktop.call(
        '<m:GetFolder><m:FolderShape><t:BaseShape>Default</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="inbox"/></m:FolderIds></m:GetFolder>',
      );
      for (const path of [
        '/Microsoft-Server-ActiveSync?Cmd=Sync&User=ann&DeviceId=x&DeviceType=x',
        '/EWS/Exchange.asmx',
      ]) {
        const authorization = `Basic ${btoa(`${ANN}:wrong-${Math.random()}`)}`;
        await waypost.fetch(path, { method: 'POST', headers: { authorization } });
      }
      await waypost.fetch('/nothing/here');
      await waypost.fetch('/autodiscover/autodiscover.json?Protocol=EWS');
      await waypost.admin('GET', '/users/ann%40metrics.example/stats');
      for (const cron of ['*/15 * * * *', '7-59/15 * * * *', '* * * * *']) await waypost.scheduled(cron);
    },
  };
}

function message(): string {
  return (
    '<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:Message><t:Subject>Hello</t:Subject>' +
    '<t:Body BodyType="Text">Hello</t:Body><t:ToRecipients>' +
    `<t:Mailbox><t:EmailAddress>${BOB}</t:EmailAddress></t:Mailbox></t:ToRecipients></t:Message></m:Items></m:CreateItem>`
  );
}

/** A queue message that nobody can read. */
async function deadLetter(waypost: Waypost): Promise<void> {
  const { DIRECTORY } = await waypost.bindings<{
    DIRECTORY: { prepare(sql: string): { bind(...values: unknown[]): { run(): Promise<unknown> } } };
  }>();
  await DIRECTORY.prepare(
    `INSERT INTO dead_letters (dead_letter_id, queue, body, error, attempts, correlation_id, failed_at)
    VALUES ('index:check', 'index', '{}', 'check', 6, 'check', ?)`,
  )
    .bind(Date.now())
    .run();
}

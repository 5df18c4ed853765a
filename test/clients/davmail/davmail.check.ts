/**
 * Drives DavMail (Debian package davmail) by IMAP, SMTP, CalDAV, CardDAV and LDAP through whole workflows, which it
 * turns into requests of Exchange Web Services to a running Waypost.
 *
 *   node test/clients/davmail/davmail.check.ts
 *
 * Exit status: 0 every step works, 1 not, 3 no DavMail, or no ldapsearch (Debian package ldap-utils).
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { driveClient } from '../ews/driver.ts';
import { hasDavMail, startDavMail } from './davmail.ts';

if (!hasDavMail() || spawnSync('ldapsearch', ['-VV']).status !== 0) {
  console.error('there is no DavMail with Java, or no ldapsearch (Debian packages davmail and ldap-utils)');
  process.exit(3);
}
const program = fileURLToPath(new URL('./run.py', import.meta.url));
await driveClient(async ({ url }) => {
  const davmail = await startDavMail(new URL('/EWS/Exchange.asmx', url));
  const { imap, smtp, caldav, ldap } = davmail.ports;
  return {
    command: 'python3',
    args: [program],
    env: { IMAP_PORT: `${imap}`, SMTP_PORT: `${smtp}`, CALDAV_PORT: `${caldav}`, LDAP_PORT: `${ldap}` },
    stop: davmail.stop,
  };
});

import packageJson from '../package.json' with { type: 'json' };
import { type Command, CommandError, UsageError } from './command.ts';
import { aliasAdd } from './commands/alias-add.ts';
import { appPasswordAdd, appPasswordList, appPasswordRevoke } from './commands/app-password.ts';
import { auditExport } from './commands/audit-export.ts';
import { auditList } from './commands/audit-list.ts';
import { auditVerify } from './commands/audit-verify.ts';
import { calendarShare } from './commands/calendar-share.ts';
import { calendarShares } from './commands/calendar-shares.ts';
import { calendarUnshare } from './commands/calendar-unshare.ts';
import { check } from './commands/check.ts';
import { completionOf } from './commands/completion.ts';
import { contactAdd } from './commands/contact-add.ts';
import { contactImport } from './commands/contact-import.ts';
import { contactList } from './commands/contact-list.ts';
import { contactRemove } from './commands/contact-remove.ts';
import { deliver } from './commands/deliver.ts';
import { deviceAllow, deviceBlock, deviceQuarantine } from './commands/device-access.ts';
import { deviceDefaults } from './commands/device-defaults.ts';
import { deviceList } from './commands/device-list.ts';
import { deviceRemove } from './commands/device-remove.ts';
import { deviceWipe } from './commands/device-wipe.ts';
import { dlqCounts } from './commands/dlq-counts.ts';
import { dlqDiscard } from './commands/dlq-discard.ts';
import { dlqList } from './commands/dlq-list.ts';
import { dlqReplay } from './commands/dlq-replay.ts';
import { dlqShow } from './commands/dlq-show.ts';
import { doctor } from './commands/doctor.ts';
import { domainAdd } from './commands/domain-add.ts';
import { domainCatchAll } from './commands/domain-catch-all.ts';
import { domainDkim } from './commands/domain-dkim.ts';
import { domainDns } from './commands/domain-dns.ts';
import { domainList } from './commands/domain-list.ts';
import { domainSet } from './commands/domain-set.ts';
import { drill } from './commands/drill.ts';
import { exportCommand } from './commands/export.ts';
import { forwarding } from './commands/forwarding.ts';
import { groupAdd } from './commands/group-add.ts';
import { groupList } from './commands/group-list.ts';
import { groupMembers } from './commands/group-members.ts';
import { groupRemove } from './commands/group-remove.ts';
import { groupSet } from './commands/group-set.ts';
import { holdAdd, holdList, holdRelease } from './commands/hold.ts';
import { importCommand } from './commands/import.ts';
import { keyList, keyRewrap, keyRotate } from './commands/key.ts';
import { linkList } from './commands/link-list.ts';
import { linkRevoke } from './commands/link-revoke.ts';
import { listAllow, listBlock, listRemove } from './commands/list-change.ts';
import { listShow } from './commands/list-show.ts';
import { login, logout } from './commands/login.ts';
import {
  mailboxDeletedErase,
  mailboxDeletedList,
  mailboxDeletedRestore,
} from './commands/mailbox-deleted.ts';
import { mailboxRecount } from './commands/mailbox-recount.ts';
import { messageShow } from './commands/message-show.ts';
import { migrate } from './commands/migrate.ts';
import { outboxCancel } from './commands/outbox-cancel.ts';
import { outboxList } from './commands/outbox-list.ts';
import { outboxRetry } from './commands/outbox-retry.ts';
import { outboxShow } from './commands/outbox-show.ts';
import { phone } from './commands/phone.ts';
import { policySet } from './commands/policy-set.ts';
import { policyShow } from './commands/policy-show.ts';
import {
  quarantineDelete,
  quarantineList,
  quarantineRelease,
  quarantineShow,
  tenantQuarantine,
} from './commands/quarantine.ts';
import { rebuild } from './commands/rebuild.ts';
import { reconcile } from './commands/reconcile.ts';
import { reindex } from './commands/reindex.ts';
import { relayClear } from './commands/relay-clear.ts';
import { relaySet } from './commands/relay-set.ts';
import { relayShow } from './commands/relay-show.ts';
import { relayTest } from './commands/relay-test.ts';
import { resourceSet } from './commands/resource-set.ts';
import { resourceShow } from './commands/resource-show.ts';
import { roleGrant, roleList, roleWithdraw } from './commands/role.ts';
import { route } from './commands/route.ts';
import { ruleAdd } from './commands/rule-add.ts';
import { ruleDisable, ruleEnable } from './commands/rule-enable.ts';
import { ruleList } from './commands/rule-list.ts';
import { ruleOrder } from './commands/rule-order.ts';
import { ruleRemove } from './commands/rule-remove.ts';
import { ruleRun } from './commands/rule-run.ts';
import { ruleSimulate } from './commands/rule-simulate.ts';
import { setup } from './commands/setup.ts';
import { tenantSignIn, userPassword, userSignIn } from './commands/sign-in.ts';
import { snapshot } from './commands/snapshot.ts';
import { spamSet } from './commands/spam-set.ts';
import { spamShow } from './commands/spam-show.ts';
import { start } from './commands/start.ts';
import { stats } from './commands/stats.ts';
import { tenantAudit } from './commands/tenant-audit.ts';
import { tenantJournaling } from './commands/tenant-journaling.ts';
import { tenantMove, tenantMoveCancel, tenantMoveFinish, tenantMoveStatus } from './commands/tenant-move.ts';
import { tenantQuota } from './commands/tenant-quota.ts';
import { tenantRequests } from './commands/tenant-requests.ts';
import { tenantRetention } from './commands/tenant-retention.ts';
import { tenantSending } from './commands/tenant-sending.ts';
import { tenantTrace } from './commands/tenant-trace.ts';
import { tokenAdd, tokenList, tokenRemove } from './commands/token.ts';
import { traceList } from './commands/trace-list.ts';
import { traceShow } from './commands/trace-show.ts';
import { trustAdd } from './commands/trust-add.ts';
import { trustList } from './commands/trust-list.ts';
import { trustRemove } from './commands/trust-remove.ts';
import { userActiveSync } from './commands/user-activesync.ts';
import { userAdd } from './commands/user-add.ts';
import { userAttributes } from './commands/user-attributes.ts';
import { userCertificate } from './commands/user-certificate.ts';
import { userDelete, userErase, userErasure, userRestore } from './commands/user-erasure.ts';
import { userExport } from './commands/user-export.ts';
import { userGrantSend } from './commands/user-grant-send.ts';
import { userImport } from './commands/user-import.ts';
import { userList } from './commands/user-list.ts';
import { userPhoto } from './commands/user-photo.ts';
import { userQuota } from './commands/user-quota.ts';
import { userRetention } from './commands/user-retention.ts';
import { userSending } from './commands/user-sending.ts';
import { userEndCodes, userSessions } from './commands/user-sessions.ts';
import { userResume, userSuspend } from './commands/user-status.ts';
import { userUnlockSending } from './commands/user-unlock-sending.ts';
import { userWorkingHours } from './commands/user-working-hours.ts';
import {
  webhookAdd,
  webhookDisable,
  webhookEnable,
  webhookList,
  webhookRemove,
  webhookRotate,
  webhookSet,
  webhookShow,
  webhookTest,
} from './commands/webhook.ts';
import { webhookDeliveries, webhookReplay } from './commands/webhook-deliveries.ts';
import { createOutput, type Streams } from './output.ts';
import { readTarget, withTarget } from './remote/target.ts';

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  start,
  setup,
  doctor,
  login,
  logout,
  domainAdd,
  domainList,
  domainCatchAll,
  domainDns,
  domainDkim,
  domainSet,
  userAdd,
  userPassword,
  userSignIn,
  userSessions,
  userEndCodes,
  appPasswordAdd,
  appPasswordList,
  appPasswordRevoke,
  userList,
  userImport,
  userExport,
  userSuspend,
  userResume,
  userDelete,
  userRestore,
  userErase,
  userErasure,
  userAttributes,
  userPhoto,
  userCertificate,
  groupAdd,
  groupList,
  groupMembers,
  groupRemove,
  groupSet,
  contactAdd,
  contactImport,
  contactList,
  contactRemove,
  trustAdd,
  trustList,
  trustRemove,
  userActiveSync,
  aliasAdd,
  route,
  ruleList,
  ruleAdd,
  ruleRemove,
  ruleEnable,
  ruleDisable,
  ruleOrder,
  ruleSimulate,
  ruleRun,
  forwarding,
  relaySet,
  relayShow,
  relayTest,
  resourceShow,
  resourceSet,
  relayClear,
  linkList,
  linkRevoke,
  deviceList,
  deviceAllow,
  deviceBlock,
  deviceQuarantine,
  deviceWipe,
  deviceRemove,
  deviceDefaults,
  policyShow,
  policySet,
  listShow,
  listAllow,
  listBlock,
  listRemove,
  spamShow,
  spamSet,
  messageShow,
  tenantSending,
  tenantTrace,
  tenantSignIn,
  userSending,
  userUnlockSending,
  userWorkingHours,
  calendarShare,
  calendarUnshare,
  calendarShares,
  userGrantSend,
  outboxList,
  outboxShow,
  outboxCancel,
  outboxRetry,
  deliver,
  phone,
  userQuota,
  userRetention,
  stats,
  tenantQuota,
  tenantRequests,
  tenantRetention,
  tenantJournaling,
  tenantAudit,
  tenantMove,
  tenantMoveStatus,
  tenantMoveCancel,
  tenantMoveFinish,
  mailboxDeletedList,
  mailboxDeletedRestore,
  mailboxDeletedErase,
  mailboxRecount,
  roleList,
  roleGrant,
  roleWithdraw,
  keyList,
  keyRotate,
  keyRewrap,
  tokenList,
  tokenAdd,
  tokenRemove,
  webhookAdd,
  webhookList,
  webhookShow,
  webhookSet,
  webhookEnable,
  webhookDisable,
  webhookRotate,
  webhookTest,
  webhookDeliveries,
  webhookReplay,
  webhookRemove,
  holdAdd,
  holdList,
  holdRelease,
  dlqList,
  dlqShow,
  dlqReplay,
  dlqDiscard,
  dlqCounts,
  traceList,
  traceShow,
  quarantineList,
  quarantineShow,
  quarantineRelease,
  quarantineDelete,
  tenantQuarantine,
  auditList,
  auditVerify,
  auditExport,
  reconcile,
  check,
  snapshot,
  importCommand,
  exportCommand,
  rebuild,
  drill,
  reindex,
  migrate,
  completionOf(() => COMMANDS),
];

/** Runs the command line and ends the process with 0, 1 (it failed) or 2 (it was not understood). */
export async function main(argv: string[]): Promise<void> {
  // A reader that goes away (`waypost … | head`) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await run(argv, { out: process.stdout, err: process.stderr });
  // Some runtimes that commands start keep handles open; all output must be out before the end.
  process.stdout.write('', () => process.exit(code));
}

/** As `main`, with streams and the exit code in the caller's hands. */
export async function run(line: string[], streams: Streams): Promise<number> {
  try {
    const { argv, target } = readTarget(line);
    return await withTarget(target, () => runCommand(argv, target !== null, streams));
  } catch (error) {
    return report(error, streams);
  }
}

async function runCommand(argv: string[], targeted: boolean, streams: Streams): Promise<number> {
  const firstFlag = argv.findIndex((a) => a.startsWith('-'));
  const words = firstFlag < 0 ? argv : argv.slice(0, firstFlag);
  const wantsHelp = argv.includes('--help') || argv.includes('-h');
  const command = COMMANDS.filter((c) => matches(c, words)).sort((a, b) => b.name.length - a.name.length)[0];
  if (command === undefined) return overview(argv, words, wantsHelp, streams);
  if (wantsHelp) {
    streams.out.write(command.help());
    return 0;
  }
  if (targeted && command.here)
    throw new UsageError('--remote and --local are nothing for this command', command.name);
  await command.execute(argv.slice(command.name.split(' ').length), (json) => createOutput(json, streams));
  return 0;
}

function matches(command: Command, words: string[]): boolean {
  return command.name.split(' ').every((word, i) => words[i] === word);
}

function overview(argv: string[], words: string[], wantsHelp: boolean, streams: Streams): number {
  const [first] = words;
  if (argv[0] === '--version') {
    streams.out.write(`waypost ${packageJson.version}\n`);
    return 0;
  }
  const group = COMMANDS.filter((c) => first !== undefined && c.name.startsWith(`${first} `));
  if (first === undefined && argv.length > 0 && !wantsHelp) throw new UsageError(`unknown flag ${argv[0]}`);
  if (first !== undefined && group.length === 0) throw new UsageError(`unknown command "${first}"`);
  if (group.length > 0 && words.length > 1)
    throw new UsageError(`unknown command "${words.slice(0, 2).join(' ')}"`);
  const commands = group.length > 0 ? group : COMMANDS;
  const text = listOf(commands, group.length === 0);
  // Asked for, or alone as the whole command: the list is the answer. A group without its verb is a mistake.
  const asked = wantsHelp || argv.length === 0;
  (asked ? streams.out : streams.err).write(text);
  return asked ? 0 : 2;
}

function listOf(commands: readonly Command[], all: boolean): string {
  const width = Math.max(...commands.map((c) => c.name.length));
  const lines = commands.map((c) => `  ${c.name.padEnd(width)}  ${c.summary}`);
  const head = all
    ? 'Waypost: Exchange-compatible mail on Cloudflare Workers.\n\nUsage: waypost <command> [flags]\n\n'
    : '';
  const tail = all
    ? '\nwaypost <command> --help tells more of a command. --json prints JSON for scripts.\n'
    : '';
  return `${head}${lines.join('\n')}\n${tail}`;
}

function report(error: unknown, streams: Streams): number {
  if (error instanceof UsageError) {
    const help = error.command === null ? 'waypost --help' : `waypost ${error.command} --help`;
    streams.err.write(`waypost: ${error.message}\nTry: ${help}\n`);
    return 2;
  }
  if (error instanceof CommandError) {
    streams.err.write(`waypost: ${error.message}\n`);
    return 1;
  }
  streams.err.write(
    `waypost: unexpected error\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return 1;
}

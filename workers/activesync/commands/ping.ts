import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { parsePolicyKey } from '../../../core/policy/keys.ts';
import type { PingRequest } from '../../../core/ports/device.ts';
import type { EasContext } from '../context.ts';
import { checkGate } from '../gate/check.ts';
import { policyVerdict } from '../gate/verdict.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { numberOf } from '../mail/body-preference.ts';
import { STATUS } from '../status.ts';

/** Seconds of HeartbeatInterval that are accepted; outside, Status 5 names the nearest limit. */
const HEARTBEAT = { min: 10, max: 3540 } as const;
const MAX_FOLDERS = 300;

/** Ping (MS-ASCMD 2.2.1.13): answered when a watched folder changes or the heartbeat ends. */
export async function ping(context: EasContext): Promise<Reply> {
  const request = parsePing(context.body);
  if (request === null) return status(STATUS.ping.syntax);
  if ((request.folders?.length ?? 0) > MAX_FOLDERS) {
    return status(STATUS.ping.folderLimit, el('Ping:MaxFolders', MAX_FOLDERS));
  }
  const wanted = request.heartbeat ?? HEARTBEAT.min;
  const nearest = Math.min(HEARTBEAT.max, Math.max(HEARTBEAT.min, wanted));
  if (wanted !== nearest) return status(STATUS.ping.heartbeat, el('Ping:HeartbeatInterval', nearest));

  const start = await context.device.ping(request);
  if (start.kind === 'status') return status(start.status);
  if (start.kind === 'changed') return changed(start.folders);
  const end = await start.wait(Math.min(start.heartbeat, context.services.config.pingHoldMaxSeconds));
  if (end.kind === 'revoked') return revoked(context);
  // A newer Ping of the same device ends this one as if its time were over.
  return end.kind === 'changed' ? changed(end.folders) : status(STATUS.ping.expired);
}

/**
 * What the device may do has changed while it waited (I21). Ping itself needs no policy key, so that a device whose
 * policy is out of date is sent to FolderSync, which tells it to provision.
 */
async function revoked(context: EasContext): Promise<Reply> {
  const gate = await checkGate(context);
  if (gate.kind === 'refused') return gate.reply;
  const must = policyVerdict(gate.state, parsePolicyKey(context.policyKey)) !== null;
  return status(must ? STATUS.ping.hierarchy : STATUS.ping.expired);
}

function changed(folders: string[]): Reply {
  return status(STATUS.ping.changed, el('Ping:Folders', ...folders.map((id) => el('Ping:Folder', id))));
}

function status(value: number, ...more: ReturnType<typeof el>[]): Reply {
  return wbxml(el('Ping:Ping', el('Ping:Status', value), more));
}

/** null when the document is not a Ping. No document at all means: like the last time. */
function parsePing(body: WbxmlElement | null): PingRequest | null {
  if (body === null) return { folders: undefined, heartbeat: undefined };
  if (body.tag !== 'Ping:Ping') return null;
  const list = child(body, 'Ping:Folders');
  const folders = children(list, 'Ping:Folder').map((f) => ({
    id: textOf(f, 'Ping:Id') ?? '',
    class: textOf(f, 'Ping:Class') ?? 'Email',
  }));
  if (folders.some((f) => f.id === '' || f.id.length > 64)) return null;
  return {
    folders: list === undefined ? undefined : folders,
    heartbeat: numberOf(body, 'Ping:HeartbeatInterval'),
  };
}

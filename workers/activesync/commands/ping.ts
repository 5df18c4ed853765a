import { child, children, el, textOf, type WbxmlElement } from '../../../codecs/wbxml/index.ts';
import { parsePolicyKey } from '../../../core/policy/keys.ts';
import type { PingRequest } from '../../../core/ports/device.ts';
import type { EasContext } from '../context.ts';
import { checkGate, readGate } from '../gate/check.ts';
import { policyVerdict } from '../gate/verdict.ts';
import { isSignedOut, signedOutReply, waitSignedIn } from '../held.ts';
import { type Reply, wbxml } from '../http/reply.ts';
import { STATUS } from '../status.ts';

/** Seconds of HeartbeatInterval that are accepted; outside, Status 5 names the nearest limit. */
const HEARTBEAT = { min: 10, max: 3540 } as const;
const MAX_FOLDERS = 300;
const MAX_ID = 64;

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
  return hold(context, request);
}

async function hold(context: EasContext, request: PingRequest): Promise<Reply> {
  const { services, device, principal, query } = context;
  const started = services.now();
  for (;;) {
    const start = await device.ping(request);
    if (start.kind === 'status') return status(start.status);
    if (start.kind === 'changed') return changed(start.folders);
    const hold = Math.min(start.heartbeat, services.config.pingHoldMaxSeconds);
    const left = () => hold - (services.now() - started) / 1000;
    const end = await waitSignedIn(context, start.wait(Math.max(0, left())));
    if (end.kind === 'changed') return changed(end.folders);
    if (end.kind === 'hierarchy') return status(STATUS.ping.hierarchy);
    // A newer Ping of the same device ends this one as if its time were over.
    if (end.kind !== 'revoked') return status(STATUS.ping.expired);
    const gate = await checkGate(context, readGate(services, principal, query.deviceId));
    if (gate.kind === 'refused') return gate.reply;
    if (await isSignedOut(context)) return signedOutReply(context);
    // Ping itself needs no policy key: FolderSync, to which Status 7 leads, tells the device to provision.
    if (policyVerdict(gate.state, parsePolicyKey(context.policyKey)) !== null) {
      return status(STATUS.ping.hierarchy);
    }
    if (left() <= 0) return status(STATUS.ping.expired);
  }
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
  // Nothing is left out by leaving out all: that is a request without a body (MS-ASCMD 2.2.3.177.12).
  if (body.tag !== 'Ping:Ping' || body.children.length === 0) return null;
  const list = child(body, 'Ping:Folders');
  const folders = children(list, 'Ping:Folder').map((f) => ({
    id: textOf(f, 'Ping:Id') ?? '',
    class: textOf(f, 'Ping:Class') ?? 'Email',
  }));
  if (folders.some((f) => f.id === '' || f.id.length > MAX_ID)) return null;
  const heartbeat = textOf(body, 'Ping:HeartbeatInterval')?.trim();
  if (heartbeat !== undefined && !/^-?\d{1,10}$/.test(heartbeat)) return null;
  return {
    folders: list === undefined ? undefined : folders,
    heartbeat: heartbeat === undefined ? undefined : Number(heartbeat),
  };
}

import type { PingStart, WaitEnd } from '../core/ports/device.ts';
import type { DeviceCall, DeviceSessionRpc } from './device-client.ts';
import { PING_HEADER, type PingAnswer, type PingFrame, type PingOpening } from './ping-wire.ts';
import { reopenPause } from './reopen.ts';

type Open = () => Promise<{ answer: PingAnswer; socket: WebSocket | null }>;

/** Opens a wait in the device's object: a WebSocket on which the object sends one frame (DESIGN: push). */
export async function openWait(
  ask: <T>(act: (rpc: DeviceSessionRpc) => Promise<T>) => Promise<T>,
  call: DeviceCall,
  request: PingOpening['request'],
): Promise<PingStart> {
  const opening: PingOpening = { ref: call.ref, deviceId: call.deviceId, request };
  const headers = { upgrade: 'websocket', [PING_HEADER]: encodeURIComponent(JSON.stringify(opening)) };
  const open: Open = async () => {
    const response = await ask((rpc) => rpc.fetch('https://device/ping', { headers }));
    const answer = JSON.parse(response.headers.get(PING_HEADER) ?? '') as PingAnswer;
    return { answer, socket: response.webSocket };
  };
  const { answer, socket } = await open();
  if (answer.kind !== 'waiting') return answer;
  if (socket === null) throw new Error('wait: the device object opened no socket');
  return { ...answer, wait: (seconds) => waitThrough(open, socket, seconds) };
}

/** Waits until the time is over, through deploys and restarts that cut the socket. */
async function waitThrough(open: Open, first: WebSocket, seconds: number): Promise<WaitEnd> {
  const deadline = Date.now() + seconds * 1000;
  let socket = first;
  for (;;) {
    const end = await waitOn(socket, deadline - Date.now());
    if (end !== 'broken') return end;
    const pause = reopenPause();
    if (Date.now() + pause >= deadline) return { kind: 'timeout' };
    await new Promise((resolve) => setTimeout(resolve, pause));
    const again = await open();
    if (again.answer.kind === 'changed') return again.answer;
    if (again.answer.kind === 'status' && again.answer.status === 7) return { kind: 'hierarchy' };
    if (again.answer.kind !== 'waiting' || again.socket === null) return { kind: 'timeout' };
    socket = again.socket;
  }
}

/** Waits for the first frame. */
function waitOn(socket: WebSocket, milliseconds: number): Promise<WaitEnd | 'broken'> {
  return new Promise((resolve) => {
    const end = (result: WaitEnd | 'broken') => {
      clearTimeout(timer);
      try {
        socket.close(1000);
      } catch {
        // Closed by the other side already.
      }
      resolve(result);
    };
    const timer = setTimeout(() => end({ kind: 'timeout' }), milliseconds);
    socket.addEventListener('message', (event) => end(JSON.parse(String(event.data)) as PingFrame));
    socket.addEventListener('close', () => end('broken'));
    socket.addEventListener('error', () => end('broken'));
    // Only now: frames that came before are delivered to the listeners above.
    socket.accept();
  });
}

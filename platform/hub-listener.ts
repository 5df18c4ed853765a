import type { HubFrame, HubListener, ListenOpening } from './live-port.ts';
import { reopenPause } from './reopen.ts';

/**
 * Listens on a socket of a hub, through deploys and restarts that cut it.
 *
 * @param open of the first connection with its streams, of later ones without: meanwhile another one may have them
 */
export async function listenToHub(
  open: (streams: string[]) => Promise<WebSocket>,
  streams: ListenOpening['streams'],
  onFrame: (frame: HubFrame) => void,
): Promise<HubListener> {
  let closed = false;
  let current = await open(streams);

  function hear(socket: WebSocket): void {
    let lost = false;
    const cut = () => {
      if (lost || closed) return;
      lost = true;
      void reopen();
    };
    socket.addEventListener('message', (event) => onFrame(JSON.parse(String(event.data)) as HubFrame));
    socket.addEventListener('close', cut);
    socket.addEventListener('error', cut);
    // Only now: frames that came before are delivered to the listeners above.
    socket.accept();
  }

  async function reopen(): Promise<void> {
    while (!closed) {
      await new Promise((resolve) => setTimeout(resolve, reopenPause()));
      if (closed) return;
      try {
        current = await open([]);
      } catch {
        continue;
      }
      hear(current);
      if (closed) current.close(1000);
      else onFrame({ kind: 'reopened' });
      return;
    }
  }

  hear(current);
  return {
    close() {
      closed = true;
      try {
        current.close(1000);
      } catch {
        // Closed by the other side already.
      }
    },
  };
}

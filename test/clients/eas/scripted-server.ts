import { createServer, type IncomingHttpHeaders } from 'node:http';
import { decodeWbxml, encodeWbxml, type WbxmlElement, type WbxmlNode } from '../../../codecs/wbxml/index.ts';

/** One request as a scripted server saw it. */
interface SeenRequest {
  method: string;
  search: string;
  headers: IncomingHttpHeaders;
  document: WbxmlElement | null;
}

/** What a scripted server answers: a document, or bytes with their own status and headers. */
export type ScriptedReply =
  | WbxmlNode
  | { status?: number; headers?: Record<string, string>; body?: Uint8Array | string };

export interface ScriptedServer {
  url: string;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/** A server on the loopback address that gives these answers, one after another, for tests of the client. */
export async function scriptedServer(replies: ScriptedReply[]): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      seen.push({
        method: request.method ?? '',
        search: new URL(request.url ?? '/', 'http://localhost').search,
        headers: request.headers,
        document: body.length === 0 ? null : decodeWbxml(body),
      });
      const reply = replies.shift() ?? { status: 500, body: 'the script is at its end' };
      if ('tag' in reply) {
        response.writeHead(200, { 'content-type': 'application/vnd.ms-sync.wbxml' }).end(encodeWbxml(reply));
      } else {
        response.writeHead(reply.status ?? 200, reply.headers ?? {}).end(reply.body ?? '');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

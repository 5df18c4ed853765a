import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';

/** Keys of a team of Cloudflare Access, at an address of this machine, in the form that it publishes them. */
export interface AccessTeam {
  certsUrl: string;
  /** Takes a new key into use; those before it are published no more. */
  rotate(): Promise<void>;
  /** How often the keys were fetched. */
  fetched(): number;
  /** From now on it answers nothing useful, or again. */
  down(is: boolean): void;
  key(): CryptoKey;
  publicJwk(): JWK;
  sign(claims: object, header?: object): Promise<string>;
  stop(): Promise<void>;
}

export async function startAccessTeam(): Promise<AccessTeam> {
  let state = { key: undefined as CryptoKey | undefined, jwk: {} as JWK };
  let [count, isDown, serial] = [0, false, 0];
  const rotate = async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    serial++;
    state = {
      key: privateKey,
      jwk: { ...(await exportJWK(publicKey)), kid: `key-${serial}`, use: 'sig', alg: 'RS256' },
    };
  };
  await rotate();
  const server = createServer((_request, response) => {
    count++;
    if (isDown) response.writeHead(500).end();
    else
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ keys: [state.jwk], public_cert: { kid: state.jwk.kid, cert: 'PEM' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const key = () => {
    if (state.key === undefined) throw new Error('no key');
    return state.key;
  };
  return {
    certsUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cdn-cgi/access/certs`,
    rotate,
    fetched: () => count,
    down: (is) => {
      isDown = is;
    },
    key,
    publicJwk: () => state.jwk,
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: state.jwk.kid ?? '', ...header })
        .sign(key()),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

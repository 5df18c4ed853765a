import { describe, expect, test } from 'vitest';
import { answerInClear } from './clear-text.ts';
import { createLogger } from './log.ts';

const SERVICES = { config: { publicUrl: null }, log: createLogger('error') };
const AUTHORIZATION = { authorization: 'Basic YTpi' };

function answer(
  url: string,
  init: RequestInit = {},
  { always = false, publicUrl = null as string | null } = {},
): [status: number, location: string | null] | null {
  const response = answerInClear(new Request(url, init), { ...SERVICES, config: { publicUrl } }, { always });
  return response === null ? null : [response.status, response.headers.get('location')];
}

describe('a request in clear', () => {
  test.each(['POST', 'PUT', 'OPTIONS', 'DELETE', 'GET'])('with a password is refused (%s)', (method) => {
    expect(answer('http://mail.example.com/x', { method, headers: AUTHORIZATION })).toEqual([403, null]);
  });

  test('that changes something is refused, and not asked to sign in', () => {
    const response = answerInClear(new Request('http://mail.example.com/x', { method: 'POST' }), SERVICES, {
      always: false,
    });
    expect(response?.status).toBe(403);
    expect(response?.headers.has('www-authenticate')).toBe(false);
  });

  test('that only looks is sent to the same place under https, without the port', () => {
    expect(answer('http://mail.example.com:8080/EWS/a?b=c')).toEqual([
      302,
      'https://mail.example.com/EWS/a?b=c',
    ]);
  });

  test('of a program that looks for its server is sent on, whatever it sends', () => {
    const asks = { method: 'POST', headers: AUTHORIZATION };
    expect(answer('http://example.com/a', asks, { always: true })).toEqual([302, 'https://example.com/a']);
  });

  test.each([
    'http://localhost:8787/',
    'http://127.0.0.1/',
    'http://127.3.2.1:1/',
    'http://[::1]:8787/',
  ])('is served on the machine itself (%s)', (url) => {
    expect(answer(url, { method: 'POST', headers: AUTHORIZATION })).toBeNull();
  });

  test.each([
    'http://127.0.0.1.example.com/',
    'http://localhost.example.com/',
    'http://10.0.0.1/',
  ])('is not served under a name that only looks like that (%s)', (url) => {
    expect(answer(url, { method: 'POST', headers: AUTHORIZATION })).toEqual([403, null]);
  });

  test('is served where the installation has chosen an address with http, and over https', () => {
    const asks = { method: 'POST', headers: AUTHORIZATION };
    expect(answer('http://192.168.1.2/', asks, { publicUrl: 'http://192.168.1.2' })).toBeNull();
    expect(answer('http://192.168.1.2/', asks, { publicUrl: 'https://192.168.1.2' })).toEqual([403, null]);
    expect(answer('https://mail.example.com/', asks)).toBeNull();
  });
});

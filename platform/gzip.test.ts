import { describe, expect, test } from 'vitest';
import { takesGzip } from './gzip.ts';

function request(accepts: string | null, cf?: unknown): Request {
  const made = new Request('https://mail.example/', {
    headers: accepts === null ? {} : { 'accept-encoding': accepts },
  });
  return cf === undefined ? made : Object.assign(made, { cf });
}

describe('gzip', () => {
  test.each([
    ['gzip', true],
    ['gzip, deflate', true],
    ['deflate, GZIP;q=0.5', true],
    ['x-gzip', true],
    ['gzip;q=0', false],
    ['gzip; q=0.000', false],
    ['br, deflate', false],
    ['*', false],
    ['', false],
    [null, false],
  ])('is taken with accept-encoding %s: %s', (header, takes) => {
    expect(takesGzip(request(header))).toBe(takes);
  });

  test('is judged by what the client said, not by what the edge asks for in its name', () => {
    expect(takesGzip(request('br, gzip', { clientAcceptEncoding: '' }))).toBe(false);
    expect(takesGzip(request(null, { clientAcceptEncoding: 'gzip' }))).toBe(true);
  });
});

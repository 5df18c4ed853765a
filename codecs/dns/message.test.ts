import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DnsFormatError, decodeResponse, encodeQuery } from './index.ts';
import { encodeResponse, mxData, nameData, soaData, srvData, textData } from './testing.ts';

const question = { name: 'example.test', type: 'TXT' } as const;
const hex = (text: string) => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

describe('a question', () => {
  it('has id 0, wants recursion and names type and class', () => {
    expect(encodeQuery('Ab.test.', 'MX')).toEqual(
      hex(`0000 0100 0001 0000 0000 0000 02 4162 04 74657374 00 000f 0001`.replaceAll(' ', '')),
    );
  });

  it('is refused for names that no label can hold', () => {
    for (const name of [
      '',
      'a..test',
      `${'a'.repeat(64)}.test`,
      `${'abc.'.repeat(64)}test`,
      'a b.test',
      'ä.test',
    ])
      expect(() => encodeQuery(name, 'A')).toThrow(DnsFormatError);
  });
});

describe('an answer', () => {
  it('has its records by type, strings of a text joined', () => {
    const long = 'x'.repeat(300);
    const read = decodeResponse(
      encodeResponse({
        question,
        answers: [
          { name: 'Example.test', type: 'TXT', ttl: 60, data: textData(long) },
          { name: 'example.test', type: 'MX', ttl: 5, data: mxData(10, 'MX.example.test') },
          { name: 'example.test', type: 'A', ttl: 5, data: hex('c0000201') },
          { name: 'example.test', type: 'AAAA', ttl: 5, data: hex('20010db8000000000000000000000001') },
          { name: 'a.example.test', type: 'CNAME', ttl: 5, data: nameData('b.example.test') },
          { name: '_s._tcp.example.test', type: 'SRV', ttl: 5, data: srvData('0 5 443 In.example.test') },
        ],
        authority: [{ name: 'test', type: 'SOA', ttl: 900, data: soaData(300) }],
      }),
    );
    expect(read).toEqual({
      rcode: 0,
      question: { name: 'example.test', type: 16 },
      answers: [
        { name: 'example.test', type: 'TXT', ttl: 60, value: long },
        { name: 'example.test', type: 'MX', ttl: 5, priority: 10, exchange: 'mx.example.test' },
        { name: 'example.test', type: 'A', ttl: 5, value: '192.0.2.1' },
        { name: 'example.test', type: 'AAAA', ttl: 5, value: '2001:db8:0:0:0:0:0:1' },
        { name: 'a.example.test', type: 'CNAME', ttl: 5, value: 'b.example.test' },
        { name: '_s._tcp.example.test', type: 'SRV', ttl: 5, value: '0 5 443 in.example.test' },
      ],
      authority: [{ name: 'test', type: 'SOA', ttl: 900, minimum: 300 }],
    });
  });

  it('is read with compressed names', () => {
    // RFC 1035 4.1.4: c00c points to the name of the question.
    const data = hex(
      `0000 8180 0001 0001 0000 0000 04 74657374 00 000f 0001 c00c 000f 0001 0000003c 0007 000a 026d78 c00c`.replaceAll(
        ' ',
        '',
      ),
    );
    expect(decodeResponse(data).answers).toEqual([
      { name: 'test', type: 'MX', ttl: 60, priority: 10, exchange: 'mx.test' },
    ]);
  });

  it('keeps a label that holds a dot apart from two labels', () => {
    const data = encodeResponse({
      question,
      answers: [
        {
          name: 'example.test',
          type: 'CNAME',
          ttl: 1,
          data: hex('03612e6204746573740 0'.replaceAll(' ', '')),
        },
      ],
    });
    expect(decodeResponse(data).answers).toMatchObject([{ value: 'a\\046b.test' }]);
  });

  it('is refused when pointers turn in a circle, when it is cut off, truncated or no answer', () => {
    const circle = hex(`0000 8180 0001 0000 0000 0000 c00c 0001 0001`.replaceAll(' ', ''));
    expect(() => decodeResponse(circle)).toThrow('no end');
    const whole = encodeResponse({
      question,
      answers: [{ name: 'example.test', type: 'TXT', ttl: 60, data: textData('v=spf1 -all') }],
    });
    for (let end = 0; end < whole.length; end++)
      expect(() => decodeResponse(whole.subarray(0, end))).toThrow(DnsFormatError);
    const truncated = Uint8Array.from(whole);
    truncated[2] = 0x83;
    expect(() => decodeResponse(truncated)).toThrow('cut off');
    expect(() => decodeResponse(encodeQuery('example.test', 'TXT'))).toThrow('no answer');
  });

  it('never fails in another way, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (tail) => {
        const data = Uint8Array.from([0, 0, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 0, ...tail]);
        try {
          decodeResponse(data);
        } catch (error) {
          expect(error).toBeInstanceOf(DnsFormatError);
        }
      }),
    );
  });
});

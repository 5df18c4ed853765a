import { expect, test } from 'vitest';
import { el, encodeWbxml, WbxmlDecodeError, wbxmlToXml } from './index.ts';

test('a document as XML shows namespaces where they change, escaped text, and bytes as base64', () => {
  const bytes = encodeWbxml(
    el(
      'AirSync:Sync',
      el(
        'AirSync:Collection',
        el('AirSync:SyncKey', '1'),
        el('AirSync:MoreAvailable'),
        el('Email:Subject', 'a < b & c > "d"\r\n'),
        el('Email2:ConversationId', Uint8Array.from([0, 255])),
        el('AirSyncBase:Body', el('AirSyncBase:Data', '🚀')),
      ),
    ),
  );
  expect(wbxmlToXml(bytes)).toBe(
    [
      '<?xml version="1.0" encoding="utf-8"?>',
      '<Sync xmlns="AirSync:">',
      ' <Collection>',
      '  <SyncKey>1</SyncKey>',
      '  <MoreAvailable/>',
      '  <Subject xmlns="Email:">a &lt; b &amp; c &gt; "d"&#13;',
      '</Subject>',
      '  <ConversationId xmlns="Email2:" opaque="AP8="/>',
      '  <Body xmlns="AirSyncBase:">',
      '   <Data>🚀</Data>',
      '  </Body>',
      ' </Collection>',
      '</Sync>',
      '',
    ].join('\n'),
  );
});

test('large opaque content is shown whole', () => {
  const bytes = Uint8Array.from({ length: 20_000 }, (_, i) => i * 7);
  const xml = wbxmlToXml(encodeWbxml(el('ComposeMail:Mime', bytes)));
  const shown = /opaque="([^"]*)"/.exec(xml)?.[1] ?? '';
  expect(Uint8Array.from(atob(shown), (c) => c.charCodeAt(0))).toEqual(bytes);
});

test('what does not decode has no XML', () => {
  expect(() => wbxmlToXml(Uint8Array.from([3, 1, 0x6a, 0, 0x45]))).toThrow(WbxmlDecodeError);
});

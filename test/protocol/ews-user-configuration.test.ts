import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, child, children, textOf } from '../../codecs/soap/read.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';

describe('user configuration of EWS', () => {
  let server: InProcess;
  let client: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    const { address } = await server.addUser('ann@configuration.example', 'secret-ann-1');
    client = ewsClient(server, address, 'secret-ann-1');
  });
  afterAll(() => server.stop());

  const name = (prefix: string, folder: string, text = 'Own.Settings') =>
    `<${prefix}:UserConfigurationName Name="${text}"><t:DistinguishedFolderId Id="${folder}"/></${prefix}:UserConfigurationName>`;
  const object = (type: string, ...values: string[]) =>
    `<t:Type>${type}</t:Type>${values.map((value) => `<t:Value>${value}</t:Value>`).join('')}`;
  const entry = (key: string, value: string) =>
    `<t:DictionaryEntry><t:DictionaryKey>${object('String', key)}</t:DictionaryKey>${value}</t:DictionaryEntry>`;
  const value = (content: string) => `<t:DictionaryValue>${content}</t:DictionaryValue>`;
  const write = (how: 'Create' | 'Update', folder: string, content: string, text?: string) =>
    client.call(
      `<m:${how}UserConfiguration><m:UserConfiguration>${name('t', folder, text)}${content}</m:UserConfiguration></m:${how}UserConfiguration>`,
    );
  const get = (folder: string, parts = 'All', text?: string) =>
    client.call(
      `<m:GetUserConfiguration>${name('m', folder, text)}<m:UserConfigurationProperties>${parts}</m:UserConfigurationProperties></m:GetUserConfiguration>`,
    );
  const drop = (folder: string) =>
    client.call(`<m:DeleteUserConfiguration>${name('m', folder)}</m:DeleteUserConfiguration>`);
  const XML = btoa('<settings/>');

  it('is kept with a folder, changed in part, and goes', async () => {
    expect((await get('inbox')).codes).toEqual(['ErrorItemNotFound']);
    expect((await write('Update', 'inbox', '')).codes).toEqual(['ErrorItemNotFound']);
    const dictionary = `<t:Dictionary>${entry('text', value(object('StringArray', 'a &amp; b', ' c ')))}${entry(
      'nothing',
      '<t:DictionaryValue xsi:nil="true" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"/>',
    )}</t:Dictionary>`;
    expect((await write('Create', 'inbox', `${dictionary}<t:XmlData>${XML}</t:XmlData>`)).codes).toEqual([
      'NoError',
    ]);
    expect((await write('Create', 'inbox', dictionary)).codes).toEqual(['ErrorItemSave']);
    expect((await write('Update', 'inbox', '<t:BinaryData>AAEC</t:BinaryData>')).codes).toEqual(['NoError']);
    const found = child((await get('inbox')).messages[0] ?? null, 'UserConfiguration');
    expect([textOf(found, 'XmlData'), textOf(found, 'BinaryData')]).toEqual([XML, 'AAEC']);
    const entries = children(child(found, 'Dictionary'), 'DictionaryEntry');
    expect(
      entries.map((one) => children(child(one, 'DictionaryValue'), 'Value').map(({ text }) => text)),
    ).toEqual([['a & b', ' c '], []]);
    expect(at(found, 'ItemId')?.attributes['Id']).toMatch(/.{20,}/);
    const part = child((await get('inbox', 'Id XmlData')).messages[0] ?? null, 'UserConfiguration');
    expect(part?.children.map((one) => one.name)).toEqual(['UserConfigurationName', 'ItemId', 'XmlData']);
    // Another folder, another configuration; the root of the mailbox may have one too.
    expect((await get('calendar')).codes).toEqual(['ErrorItemNotFound']);
    expect((await write('Create', 'root', dictionary)).codes).toEqual(['NoError']);
    expect((await drop('inbox')).codes).toEqual(['NoError']);
    expect((await drop('inbox')).codes).toEqual(['ErrorItemNotFound']);
    expect((await get('inbox')).codes).toEqual(['ErrorItemNotFound']);
    expect((await get('root')).codes).toEqual(['NoError']);
  });

  it('has a name of its own, however long', async () => {
    const names = ['a', 'b'].map((end) => `${'x'.repeat(230)}.${end}`);
    for (const [n, text] of names.entries()) {
      expect(
        (await write('Create', 'tasks', `<t:XmlData>${btoa(`<n${n}/>`)}</t:XmlData>`, text)).codes,
      ).toEqual(['NoError']);
    }
    const found = child((await get('tasks', 'All', names[0])).messages[0] ?? null, 'UserConfiguration');
    expect(textOf(found, 'XmlData')).toBe(btoa('<n0/>'));
  });

  it('has bounds, and sound content', async () => {
    const long = `<t:XmlData>${'AAAA'.repeat(70_000)}</t:XmlData>`;
    expect((await write('Create', 'inbox', long)).codes).toEqual(['ErrorDataSizeLimitExceeded']);
    const yes = `<t:Dictionary>${entry('yes', value(object('Boolean', 'True')))}</t:Dictionary>`;
    expect((await write('Create', 'drafts', yes)).codes).toEqual(['NoError']);
    const kept = child((await get('drafts')).messages[0] ?? null, 'UserConfiguration');
    expect(textOf(at(kept, 'Dictionary', 'DictionaryEntry', 'DictionaryValue'), 'Value')).toBe('true');
    const byte = `<t:Dictionary>${entry('a', value(object('Byte', 'x')))}</t:Dictionary>`;
    expect((await write('Create', 'inbox', byte)).codes).toEqual(['ErrorInvalidValueForProperty']);
    const twice = entry('a', value(object('Boolean', 'true')));
    expect((await write('Create', 'inbox', `<t:Dictionary>${twice}${twice}</t:Dictionary>`)).codes).toEqual([
      'ErrorInvalidValueForProperty',
    ]);
    for (const bad of [
      '<t:XmlData>?</t:XmlData>',
      `<t:Dictionary>${entry('a', value(object('Colour', 'red')))}</t:Dictionary>`,
    ]) {
      expect((await write('Create', 'inbox', bad)).codes).toEqual(['ErrorSchemaValidation']);
    }
    expect((await get('inbox', 'Everything')).codes).toEqual(['ErrorSchemaValidation']);
    expect((await get('voicemail')).codes).toEqual(['ErrorFolderNotFound']);
    expect((await get('inbox', 'All', 'x'.repeat(300))).codes).toEqual(['ErrorSchemaValidation']);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { XmlElement } from '../../codecs/soap/parse.ts';
import { at, children } from '../../codecs/soap/read.ts';
import { encodeId } from '../../workers/ews/ids/id.ts';
import { type EwsClient, ewsClient } from '../clients/ews/index.ts';
import { type InProcess, startInProcess } from '../support/in-process/index.ts';
import { buildMail } from '../support/mail.ts';

describe('conversations, and items carried over, in EWS', () => {
  let server: InProcess;
  let ann: EwsClient;

  beforeAll(async () => {
    server = await startInProcess();
    await server.addUser('ann@talk.example', 'secret-ann-1');
    ann = ewsClient(server, 'ann@talk.example', 'secret-ann-1');
    const mail = async (n: number, subject: string, answers: number | null) => {
      const headers =
        answers === null
          ? []
          : [`In-Reply-To: <m${answers}@x.example>`, `References: <m${answers}@x.example>`];
      const raw = buildMail({
        ...{
          messageId: `<m${n}@x.example>`,
          subject,
          from: `Amy ${n} <amy${n}@x.example>`,
          to: 'ann@talk.example',
        },
        ...{ text: `words ${n}`, headers },
      });
      await server.email('amy@x.example', 'ann@talk.example', raw);
      await server.drain();
    };
    await mail(1, 'Lunch', null);
    await mail(2, 'Re: Lunch', 1);
    await mail(3, 'Other', null);
  });
  afterAll(() => server.stop());

  async function conversations(): Promise<XmlElement[]> {
    const answer = await ann.ok(
      '<m:FindConversation><m:IndexedPageItemView MaxEntriesReturned="10" Offset="0" BasePoint="Beginning"/><m:ParentFolderId><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderId></m:FindConversation>',
    );
    return children(at(answer.body, 'Conversations'), 'Conversation');
  }
  const idOf = (one: XmlElement | undefined) => at(one ?? null, 'ConversationId')?.attributes['Id'] ?? '';
  const lunch = async () => {
    const found = (await conversations()).find(
      (one) => at(one, 'ConversationTopic')?.text.toLowerCase() === 'lunch',
    );
    if (found === undefined) throw new Error('no lunch');
    return found;
  };

  it('are listed with what their messages have', async () => {
    const list = await conversations();
    expect(list).toHaveLength(2);
    const one = await lunch();
    expect(['MessageCount', 'UnreadCount', 'FlagStatus'].map((name) => at(one, name)?.text)).toEqual([
      '2',
      '2',
      'NotFlagged',
    ]);
    expect(children(at(one, 'UniqueSenders'), 'String').map((s) => s.text)).toEqual(['Amy 2', 'Amy 1']);
    expect(at(one, 'ItemIds')?.children).toHaveLength(2);
  });

  it('tell their messages in the order of time', async () => {
    const id = idOf(await lunch());
    const ask = (order: string) =>
      ann.ok(
        `<m:GetConversationItems><m:ItemShape><t:BaseShape>Default</t:BaseShape></m:ItemShape><m:SortOrder>${order}</m:SortOrder><m:Conversations><t:Conversation><t:ConversationId Id="${id}"/></t:Conversation></m:Conversations></m:GetConversationItems>`,
      );
    const nodes = async (order: string) => {
      const answer = await ask(order);
      return children(
        at(answer.messages[0] ?? null, 'Conversation', 'ConversationNodes'),
        'ConversationNode',
      );
    };
    const ids = (list: XmlElement[]) => list.map((one) => at(one, 'InternetMessageId')?.text);
    const up = await nodes('DateOrderAscending');
    expect(ids(up)).toEqual(['<m1@x.example>', '<m2@x.example>']);
    expect(at(up[0] ?? null, 'Items')?.children[0]?.name).toBe('Message');
    expect(ids(await nodes('DateOrderDescending'))).toEqual(['<m2@x.example>', '<m1@x.example>']);
  });

  it('are read, flagged and moved as a whole, and what comes later follows', async () => {
    const id = idOf(await lunch());
    const act = (action: string, more = '') =>
      ann.call(
        `<m:ApplyConversationAction><m:ConversationActions><t:ConversationAction><t:Action>${action}</t:Action><t:ConversationId Id="${id}"/>${more}</t:ConversationAction></m:ConversationActions></m:ApplyConversationAction>`,
      );
    expect((await act('SetReadState', '<t:IsRead>true</t:IsRead>')).codes).toEqual(['NoError']);
    expect((await act('Flag', '<t:Flag><t:FlagStatus>Flagged</t:FlagStatus></t:Flag>')).codes).toEqual([
      'NoError',
    ]);
    const one = await lunch();
    expect([at(one, 'UnreadCount')?.text, at(one, 'FlagStatus')?.text]).toEqual(['0', 'Flagged']);
    expect((await act('Copy')).codes).toEqual(['ErrorApplyConversationActionFailed']);
    const moved = await act(
      'AlwaysMove',
      '<t:DestinationFolderId><t:DistinguishedFolderId Id="archive"/></t:DestinationFolderId>',
    );
    expect(moved.codes).toEqual(['NoError']);
    const raw = buildMail({
      ...{
        messageId: '<m4@x.example>',
        subject: 'Re: Lunch',
        from: 'amy@x.example',
        to: 'ann@talk.example',
        text: 'late',
      },
      headers: ['In-Reply-To: <m2@x.example>'],
    });
    await server.email('amy@x.example', 'ann@talk.example', raw);
    await server.drain();
    expect((await conversations()).map((each) => at(each, 'ConversationTopic')?.text.toLowerCase())).toEqual([
      'other',
    ]);
  });

  it('is not found by an id that names another thing, or another mailbox', async () => {
    const strange = encodeId({ kind: 'conversation', mailboxId: 'nobody', threadId: 'thread' });
    const ask = (id: string) =>
      ann.call(
        `<m:GetConversationItems><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Conversations><t:Conversation><t:ConversationId Id="${id}"/></t:Conversation></m:Conversations></m:GetConversationItems>`,
      );
    expect((await ask(strange)).codes).toEqual(['ErrorItemNotFound']);
    expect((await ask('DUMMY')).codes).toEqual(['ErrorInvalidIdMalformed']);
  });

  it('an item that was exported is the same after it was uploaded, as a new one and in its place', async () => {
    const found = await ann.ok(
      '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:ParentFolderIds><t:DistinguishedFolderId Id="inbox"/></m:ParentFolderIds></m:FindItem>',
    );
    const id = at(found.messages[0] ?? null, 'RootFolder', 'Items', 'Message', 'ItemId')?.attributes['Id'];
    const exported = await ann.ok(
      `<m:ExportItems><m:ItemIds><t:ItemId Id="${id}"/></m:ItemIds></m:ExportItems>`,
    );
    const data = at(exported.messages[0] ?? null, 'Data')?.text ?? '';
    const folder = await ann.ok(
      '<m:GetFolder><m:FolderShape><t:BaseShape>IdOnly</t:BaseShape></m:FolderShape><m:FolderIds><t:DistinguishedFolderId Id="archive"/></m:FolderIds></m:GetFolder>',
    );
    const folderId = at(folder.messages[0] ?? null, 'Folders', 'Folder', 'FolderId')?.attributes['Id'];
    const upload = (action: string, what: string, item = '') =>
      ann.call(
        `<m:UploadItems><m:Items><t:Item CreateAction="${action}"><t:ParentFolderId Id="${folderId}"/>${item}<t:Data>${what}</t:Data></t:Item></m:Items></m:UploadItems>`,
      );
    const made = await upload('CreateNew', data);
    expect(made.codes).toEqual(['NoError']);
    const copy = at(made.messages[0] ?? null, 'ItemId')?.attributes['Id'] ?? '';
    expect(copy).not.toBe(id);
    const mime = async (item: string | undefined) => {
      const got = await ann.ok(
        `<m:GetItem><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape><t:IncludeMimeContent>true</t:IncludeMimeContent></m:ItemShape><m:ItemIds><t:ItemId Id="${item}"/></m:ItemIds></m:GetItem>`,
      );
      return at(got.messages[0] ?? null, 'Items', 'Message', 'MimeContent')?.text;
    };
    expect(await mime(copy)).toBe(await mime(id));
    const again = await upload('Update', data, `<t:ItemId Id="${copy}"/>`);
    expect([again.codes, at(again.messages[0] ?? null, 'ItemId')?.attributes['Id']]).toEqual([
      ['NoError'],
      copy,
    ]);
    expect((await upload('CreateNew', Buffer.from('nonsense').toString('base64'))).codes).toEqual([
      'ErrorCorruptData',
    ]);
  });
});

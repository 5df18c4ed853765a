/** Folders, messages, attachments, sending and search. */
import { Buffer } from 'node:buffer';
import ews from 'ews-javascript-api';
import { expect, type Session, step, until } from './session.ts';

const {
  BasePropertySet,
  BodyType,
  ConflictResolutionMode,
  DeleteMode,
  EmailMessage,
  EmailMessageSchema,
  Folder,
  FolderTraversal,
  FolderView,
  ItemSchema,
  ItemView,
  LogicalOperator,
  MessageBody,
  MimeContent,
  PropertySet,
  SearchFilter,
  SortDirection,
  WellKnownFolderName,
} = ews;

const FRIEND = 'bob@example.com';
const MIME = 'From: a@example.com\r\nTo: b@example.com\r\nSubject: brought as MIME\r\n\r\nx\r\n';

export async function mailSteps({ service, names, subjects }: Session): Promise<void> {
  const message = (subject: string, body = new MessageBody('x')) => {
    const made = new EmailMessage(service);
    made.Subject = subject;
    made.Body = body;
    made.ToRecipients.Add(FRIEND);
    return made;
  };
  const first = async (folder: ews.WellKnownFolderName, subject: string) => {
    const filter = new SearchFilter.IsEqualTo(ItemSchema.Subject, subject);
    const found = await service.FindItems(folder, filter, new ItemView(1));
    return found.Items[0] ?? null;
  };

  await step('folders are listed, and one is bound', async () => {
    const view = new FolderView(100);
    view.Traversal = FolderTraversal.Deep;
    const found = await service.FindFolders(WellKnownFolderName.MsgFolderRoot, view);
    const shown = names(found.Folders);
    expect(shown.includes('Inbox') && shown.includes('Projects'), shown);
    const inbox = await Folder.Bind(service, WellKnownFolderName.Inbox);
    expect(inbox.TotalCount === 3 && inbox.UnreadCount === 2, [inbox.TotalCount, inbox.UnreadCount]);
  });

  let ids: ews.ItemId[] = [];
  await step('messages are listed, newest first', async () => {
    const view = new ItemView(50);
    view.OrderBy.Add(ItemSchema.DateTimeReceived, SortDirection.Descending);
    const found = await service.FindItems(WellKnownFolderName.Inbox, view);
    const shown = found.Items.map((one) => one.Subject);
    expect(shown.join() === 'Already read,HTML with attachment,First message', shown);
    ids = found.Items.map((one) => one.Id);
  });

  await step('messages are read whole, with MIME, text and attachments', async () => {
    const wanted = [ItemSchema.MimeContent, ItemSchema.TextBody];
    for (const id of ids) {
      const properties = new PropertySet(BasePropertySet.FirstClassProperties, wanted);
      const read = await EmailMessage.Bind(service, id, properties);
      expect(read.From.Address === FRIEND && read.MimeContent.Content.length > 100, read.Subject);
      for (const attachment of read.Attachments.GetEnumerator()) {
        await attachment.Load();
        const { Base64Content } = attachment as ews.FileAttachment;
        expect(attachment.Name === 'data.bin' && Base64Content === 'AAECAwQFBgc=', attachment.Name);
      }
    }
  });

  await step('a message is sent, with a copy', async () => {
    await message('sent by script', new MessageBody(BodyType.HTML, '<b>hi</b>')).SendAndSaveCopy();
    await until(() => first(WellKnownFolderName.SentItems, 'sent by script'));
  });

  await step('a message is sent with an attachment', async () => {
    const made = message('sent with file');
    made.Attachments.AddFileAttachment('a.txt', Buffer.from('abc').toString('base64'));
    await made.SendAndSaveCopy();
    const copy = await until(() => first(WellKnownFolderName.SentItems, 'sent with file'));
    expect(copy.HasAttachments, 'no attachment in the copy');
  });

  await step('a draft is written, changed and sent', async () => {
    const draft = message('draft');
    await draft.Save(WellKnownFolderName.Drafts);
    draft.Subject = 'draft, changed';
    await draft.Update(ConflictResolutionMode.AlwaysOverwrite);
    await draft.Send();
    const left = await subjects(WellKnownFolderName.Drafts);
    expect(left.length === 0, left);
  });

  await step('a message is brought as MIME', async () => {
    const made = new EmailMessage(service);
    made.MimeContent = new MimeContent('UTF-8', Buffer.from(MIME).toString('base64'));
    await made.Save(WellKnownFolderName.Drafts);
    expect((await subjects(WellKnownFolderName.Drafts)).includes('brought as MIME'), 'not there');
  });

  await step('messages are copied, moved and deleted', async () => {
    const one = await until(() => first(WellKnownFolderName.Inbox, 'First message'));
    await one.Copy(WellKnownFolderName.JunkEmail);
    const moved = await one.Move(WellKnownFolderName.DeletedItems);
    await moved.Delete(DeleteMode.HardDelete);
    const other = await until(() => first(WellKnownFolderName.Inbox, 'Already read'));
    await other.Delete(DeleteMode.MoveToDeletedItems);
    const deleted = await subjects(WellKnownFolderName.DeletedItems);
    const junk = await subjects(WellKnownFolderName.JunkEmail);
    expect(deleted.join() === 'Already read' && junk.join() === 'First message', [deleted, junk]);
  });

  await step('a message is marked as read and as not', async () => {
    const { Id } = await until(() => first(WellKnownFolderName.Inbox, 'HTML with attachment'));
    for (const isRead of [true, false]) {
      const bound = await EmailMessage.Bind(service, Id);
      bound.IsRead = isRead;
      await bound.Update(ConflictResolutionMode.AutoResolve);
      expect((await EmailMessage.Bind(service, Id)).IsRead === isRead, isRead);
    }
  });

  await step('search by fields and by words', async () => {
    const filter = new SearchFilter.SearchFilterCollection(LogicalOperator.Or, [
      new SearchFilter.ContainsSubstring(ItemSchema.Subject, 'attachment'),
      new SearchFilter.IsEqualTo(EmailMessageSchema.IsRead, true),
    ]);
    const found = await service.FindItems(WellKnownFolderName.Inbox, filter, new ItemView(10));
    expect(found.TotalCount === 1, found.TotalCount);
    const words = await service.FindItems(WellKnownFolderName.Inbox, 'subject:html', new ItemView(10));
    expect(words.TotalCount === 1, words.TotalCount);
  });

  await step('folders are made, renamed, moved, emptied and deleted', async () => {
    const folder = new Folder(service);
    folder.DisplayName = 'Made by script';
    await folder.Save(WellKnownFolderName.Inbox);
    folder.DisplayName = 'Renamed by script';
    await folder.Update();
    await folder.Move(WellKnownFolderName.MsgFolderRoot);
    await folder.Empty(DeleteMode.HardDelete, true);
    await folder.Delete(DeleteMode.HardDelete);
    const left = await service.FindFolders(WellKnownFolderName.MsgFolderRoot, new FolderView(100));
    expect(!names(left.Folders).includes('Renamed by script'), names(left.Folders));
  });
}

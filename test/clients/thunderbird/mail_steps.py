"""Mail, as Thunderbird's own windows do it."""

import ews
from session import PASSWORD, URL, USER
from steps import expect, step

READ = """
  const { MsgHdrToMimeMessage } = ChromeUtils.importESModule('resource:///modules/gloda/MimeMessage.sys.mjs');
  const read = (header) => new Promise((resolve) => MsgHdrToMimeMessage(header, null, (_, mime) => resolve(mime), true, {}));
"""
SEND = """
  const [mode, to, subject, body, file] = args;
  const identity = MailServices.accounts.defaultAccount.defaultIdentity;
  const fields = Cc['@mozilla.org/messengercompose/composefields;1'].createInstance(Ci.nsIMsgCompFields);
  Object.assign(fields, { from: identity.email, to, subject });
  if (file) {
    const attachment = Cc['@mozilla.org/messengercompose/attachment;1'].createInstance(Ci.nsIMsgAttachment);
    attachment.url = 'data:application/octet-stream;base64,AAECAwQFBgc=';
    attachment.name = file;
    fields.addAttachment(attachment);
  }
  const send = Cc['@mozilla.org/messengercompose/send;1'].createInstance(Ci.nsIMsgSend);
  const { listener, done } = finished('send');
  const sent = new Proxy(listener, {
    get: (target, name) =>
      name === 'onStopSending' ? (_, status) => status !== 0 && target.onStopCopy(status)
      : name === 'onTransportSecurityError' ? (_, status) => target.onStopCopy(status)
      : name === 'QueryInterface' ? ChromeUtils.generateQI(['nsIMsgSendListener', 'nsIMsgCopyServiceListener'])
      : target[name],
  });
  send.createAndSendMessage(
    null, identity, MailServices.accounts.defaultAccount.key, fields, false, false, Ci.nsIMsgCompDeliverMode[mode],
    null, 'text/plain', body, null, null, sent, '', '', Ci.nsIMsgCompType.New,
  );
  await done;
"""


def run(thunderbird):
    ask = thunderbird.run

    def fetched(name):
        """Fetches what is new in a folder."""
        ask(
            'const { listener, done } = finished("fetching"); folder(args[0]).getNewMessages(null, listener); await done;',
            name,
        )

    def state(name, subject):
        """The header of a message, as Thunderbird keeps it; None when there is none."""
        return ask(
            'const h = message(...args); return h && { read: h.isRead, flagged: h.isFlagged, author: h.mime2DecodedAuthor,'
            ' date: h.date / 1e6, preview: h.getStringProperty("preview"), size: h.messageSize,'
            ' replied: Boolean(h.flags & Ci.nsMsgMessageFlags.Replied), id: h.messageId };',
            name,
            subject,
        )

    def appears(name, subject):
        ask(
            """await until(async () => {
              const { listener, done } = finished('fetching');
              folder(args[0]).getNewMessages(null, listener);
              await done;
              return message(...args);
            }, args.join(': '));""",
            name,
            subject,
        )

    def moved(kind, source, subject, target):
        ask(
            """const [kind, source, subject, target] = args, { listener, done } = finished(kind);
            MailServices.copy.copyMessages(
              folder(source), [message(source, subject)], folder(target), kind === 'move', listener, null, false,
            );
            await done;""",
            kind,
            source,
            subject,
            target,
        )

    @step('the account is made, and its folders are listed')
    def _():
        ask(
            """
            const { CreateInBackend } = ChromeUtils.importESModule('resource:///modules/accountcreation/CreateInBackend.sys.mjs');
            const { AccountConfig } = ChromeUtils.importESModule('resource:///modules/accountcreation/AccountConfig.sys.mjs');
            const [exchangeURL, username, password] = args, { hostname, port, protocol } = new URL(exchangeURL);
            const config = new AccountConfig();
            Object.assign(config.incoming, {
              type: 'ews', hostname, port: Number(port), username, password, exchangeURL, handlesOutgoing: true,
              auth: Ci.nsMsgAuthMethod.passwordCleartext,
              socketType: protocol === 'https:' ? Ci.nsMsgSocketType.SSL : Ci.nsMsgSocketType.plain,
            });
            Object.assign(config.identity, { realname: 'Alice Example', emailAddress: username });
            Object.assign(config, { displayName: 'Alice', rememberPassword: true });
            await CreateInBackend.createAccountInBackend(config);
            """,
            URL,
            USER,
            PASSWORD,
        )
        flags = ask(
            """server.getNewMessages(root, null, null);
            await until(() => named('Projects') && named('Archive'), 'folders');
            const kinds = { Inbox: 'Inbox', SentMail: 'Sent Items', Drafts: 'Drafts', Trash: 'Deleted Items', Junk: 'Junk Email' };
            return Object.entries(kinds).filter(([kind, name]) => !folder(name).getFlag(Ci.nsMsgFolderFlags[kind]));"""
        )
        expect(flags == [], flags)
        expect(ask('return folder("Projects").parent.name') == 'Inbox')

    @step('messages are listed')
    def _():
        appears('Inbox', 'First message')
        for subject, read, preview in (
            ('First message', False, 'The first message.'),
            ('HTML with attachment', False, 'Some HTML.'),
            ('Already read', True, 'Read before.'),
        ):
            header = state('Inbox', subject)
            expect(header and header['read'] == read and header['preview'] == preview, header)
            expect('bob@example.com' in header['author'], header)

    @step('a message is read, with its attachment')
    def _():
        mime = ask(
            READ + """
            const mime = await read(message('Inbox', 'HTML with attachment'));
            const [file] = mime.allUserAttachments;
            return { subject: mime.get('subject'), files: mime.allUserAttachments.length, name: file.name, size: file.size };"""
        )
        expect(mime == {'subject': 'HTML with attachment', 'files': 1, 'name': 'data.bin', 'size': 8}, mime)

    @step('messages are kept for use without a connection')
    def _():
        ask(
            """const inbox = folder('Inbox');
            inbox.setFlag(Ci.nsMsgFolderFlags.Offline);
            inbox.downloadMessagesForOffline([...inbox.messages], null);
            await until(() => [...inbox.messages].every((one) => one.flags & Ci.nsMsgMessageFlags.Offline), 'messages');"""
        )

    @step('messages are marked')
    def _():
        for read in (True, False, True):
            ask('folder("Inbox").markMessagesRead([message("Inbox", "First message")], args[0])', read)
            ask('await until(() => message("Inbox", "First message").isRead === args[0], "read")', read)
        ask('folder("Inbox").markMessagesFlagged([message("Inbox", "HTML with attachment")], true)')
        ask('await until(() => message("Inbox", "HTML with attachment").isFlagged, "flagged")')

    @step('folders are made, renamed, moved and deleted')
    def _():
        ask(
            """root.createSubfolder('Made', null);
            await until(() => named('Made'), 'making');
            folder('Made').createSubfolder('Below', null);
            await until(() => named('Below'), 'making below');
            folder('Made').rename('Renamed', null);
            await until(() => named('Renamed')?.getChildNamed('Below'), 'renaming');
            const { listener, done } = finished('moving');
            MailServices.copy.copyFolder(folder('Below'), folder('Inbox'), true, listener, null);
            await done;
            await until(() => named('Below')?.parent.name === 'Inbox', 'moving');"""
        )
        fetched('Inbox')
        ask(
            """folder('Below').deleteSelf(null);
            folder('Renamed').deleteSelf(null);
            await until(() => all(root).every((one) => !/Below|Renamed/.test(one.name) || one.isSpecialFolder(Ci.nsMsgFolderFlags.Trash, true)), 'deleting');"""
        )

    @step('messages are copied, moved and deleted')
    def _():
        moved('copy', 'Inbox', 'First message', 'Projects')
        appears('Projects', 'First message')
        expect(state('Inbox', 'First message') and state('Projects', 'First message'))
        moved('move', 'Projects', 'First message', 'Archive')
        appears('Archive', 'First message')
        ask('await until(() => !message("Projects", "First message"), "moving")')
        ask(
            """const { listener, done } = finished('deleting');
            folder('Archive').deleteMessages([message('Archive', 'First message')], null, false, false, listener, false);
            await done;
            await until(() => !message('Archive', 'First message'), 'deleting');"""
        )
        appears('Deleted Items', 'First message')

    @step('the trash is emptied')
    def _():
        ask(
            """const { listener, done } = finished('emptying');
            folder('Deleted Items').emptyTrash(listener);
            await done;
            await until(() => folder('Deleted Items').getTotalMessages(true) === 0, 'emptying');"""
        )

    @step('a draft is kept')
    def _():
        ask(SEND, 'SaveAsDraft', 'bob@example.com', 'Draft of Thunderbird', 'Not done.')
        appears('Drafts', 'Draft of Thunderbird')

    @step('a message with an attachment is sent, and arrives')
    def _():
        ask(SEND, 'Now', USER, 'Grüße von Thunderbird', 'Schöne Grüße.', 'daten.bin')
        appears('Inbox', 'Grüße von Thunderbird')
        appears('Sent Items', 'Grüße von Thunderbird')
        mime = ask(
            READ + """
            const mime = await read(message('Inbox', args[0]));
            return { files: mime.allUserAttachments.map((one) => [one.name, one.size]), text: mime.coerceBodyToPlaintext() };""",
            'Grüße von Thunderbird',
        )
        expect(mime['files'] == [['daten.bin', 8]] and 'Schöne Grüße.' in mime['text'], mime)

    @step('a message is marked as junk')
    def _():
        ask(
            """const subject = 'Already read', inbox = folder('Inbox');
            const pane = Services.wm.getMostRecentWindow('mail:3pane').gTabmail.currentAbout3Pane;
            pane.displayFolder(inbox.URI);
            const view = await until(() => pane.gDBView?.msgFolder === inbox && pane.gDBView, 'showing the folder');
            const row = await until(() => view.findIndexOfMsgHdr(message('Inbox', subject), true) + 1, 'showing the message');
            pane.threadTree.selectedIndex = row - 1;
            view.doCommand(Ci.nsMsgViewCommandType.junk);
            await until(() => !message('Inbox', subject), 'moving');"""
        )
        appears('Junk Email', 'Already read')

    @step('what another program changes is seen')
    def _():
        subject = 'HTML with attachment'
        item = ews.find('inbox', subject)
        for read in ('true', 'false'):
            ews.mark(item, read)
            fetched('Inbox')
            ask('await until(() => message("Inbox", args[0]).isRead === args[1], "marking")', subject, read == 'true')
        ews.move(ews.find('junkemail', 'Already read'), 'inbox')
        appears('Inbox', 'Already read')
        ews.delete(ews.find('inbox', 'Already read'))
        fetched('Inbox')
        ask('await until(() => !message("Inbox", "Already read"), "deleting")')

    @step('a message is archived')
    def _():
        ask(
            """const { MessageArchiver } = ChromeUtils.importESModule('resource:///modules/MessageArchiver.sys.mjs');
            const archiver = new MessageArchiver();
            const done = new Promise((resolve) => { archiver.oncomplete = resolve; });
            archiver.archiveMessages([message('Inbox', args[0])]);
            await done;
            await until(() => !message('Inbox', args[0]), 'archiving');""",
            'HTML with attachment',
        )
        ask("server.getNewMessages(root, null, null); await until(() => named('2026'), 'folder of the year')")
        appears('2026', 'HTML with attachment')

    @step('all of a folder is marked as read')
    def _():
        ask(
            """folder('Inbox').markAllMessagesRead(null);
            await until(() => folder('Inbox').getNumUnread(false) === 0, 'reading');"""
        )

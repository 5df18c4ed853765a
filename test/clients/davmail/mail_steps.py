"""IMAP and SMTP."""

import email.message
import imaplib
import smtplib
import socket
import time

from session import HOST, PASSWORD, PATIENCE, USER, found, good, imap, port
from steps import expect, step, until

DRAFT = (
    b'From: alice@example.com\r\nTo: bob@example.com\r\nSubject: appended\r\n'
    b'Date: Sat, 21 Nov 2026 00:00:00 +0000\r\nMessage-ID: <appended@example.com>\r\n\r\nbody\r\n'
)


def run():
    @step('folders are listed')
    def _():
        with imap() as session:
            names = b'\n'.join(good(session.list()))
            for name in (b'INBOX', b'INBOX/Projects', b'Drafts', b'Sent', b'Trash'):
                expect(name in names, name, names)
            good(session.lsub())
            (status,) = good(session.status('INBOX', '(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)'))
            expect(b'MESSAGES 3' in status and b'UNSEEN 2' in status, status)

    @step('messages are listed')
    def _():
        with imap('INBOX') as session:
            expect(len(found(session, 'ALL')) == 3)
            fields = '(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (FROM TO SUBJECT DATE)])'
            shown = repr(good(session.uid('fetch', '1:*', fields)))
            for subject in ('First message', 'HTML with attachment', 'Already read'):
                expect(subject in shown, shown)

    @step('a message is read, with its structure')
    def _():
        with imap('INBOX') as session:
            (uid,) = found(session, 'SUBJECT', '"HTML with attachment"')
            structure = repr(good(session.uid('fetch', uid, '(BODYSTRUCTURE)')))
            expect('data.bin' in structure, structure)
            content = good(session.uid('fetch', uid, '(BODY[])'))[0][1]
            expect(b'AAECAwQFBgc=' in content and b'Message-ID: <first-1@example.com>' in content, content)

    @step('flags are set and taken off')
    def _():
        with imap('INBOX') as session:
            (uid,) = found(session, 'SUBJECT', '"First message"')
            for flag in (r'\Seen', r'\Flagged'):
                good(session.uid('store', uid, '+FLAGS', f'({flag})'))
                expect(flag.encode() in repr(good(session.uid('fetch', uid, '(FLAGS)'))).encode().replace(b'\\\\', b'\\'))
                good(session.uid('store', uid, '-FLAGS', f'({flag})'))
            for flag in (r'\Answered', 'Junk'):
                good(session.uid('store', uid, '+FLAGS', f'({flag})'))
        # Another session reads what the server keeps.
        with imap('INBOX') as session:
            (flags,) = good(session.uid('fetch', uid, '(FLAGS)'))
            expect(b'Answered' in flags and b'Seen' not in flags and b'Flagged' not in flags, flags)

    @step('search')
    def _():
        with imap('INBOX') as session:
            for criteria, many in (
                # One of the two was read whole since.
                (('UNSEEN',), 1),
                (('SUBJECT', '"HTML"'), 1),
                (('FROM', 'bob'), 3),
                (('BODY', '"first message"'), 1),
                (('SINCE', '01-Jan-2024'), 3),
                (('UNDELETED',), 3),
                (('HEADER', 'Message-ID', '<first-0@example.com>'), 1),
            ):
                uids = found(session, *criteria)
                expect(len(uids) == many, criteria, uids)

    @step('folders are made, renamed and deleted')
    def _():
        with imap() as session:
            good(session.create('Made'))
            good(session.create('Made/Below'))
            good(session.rename('Made', 'Renamed'))
            names = b'\n'.join(good(session.list()))
            expect(b'Renamed/Below' in names and b'Made' not in names, names)
            good(session.delete('Renamed/Below'))
            good(session.delete('Renamed'))
            expect(b'Renamed"' not in b'\n'.join(good(session.list())))

    @step('a draft is appended; messages are copied and moved')
    def _():
        imaplib.Commands.setdefault('MOVE', ('SELECTED',))
        with imap() as session:
            good(session.create('Target'))
            good(session.append('Drafts', r'(\Seen \Draft)', imaplib.Time2Internaldate(time.time()), DRAFT))
            good(session.select('Drafts'))
            (uid,) = found(session, 'SUBJECT', '"appended"')
            expect(b'Message-ID: <appended@example.com>' in good(session.uid('fetch', uid, '(BODY[])'))[0][1])
            good(session.select('INBOX'))
            (uid,) = found(session, 'SUBJECT', '"First message"')
            good(session.uid('copy', uid, 'Target'))
            good(session.uid('move', uid, 'Target'))
            expect(len(found(session, 'ALL')) == 2)
            good(session.select('Target'))
            expect(len(found(session, 'ALL')) == 2)

    @step('a message is deleted')
    def _():
        with imap('INBOX') as session:
            (uid,) = found(session, 'SUBJECT', '"Already read"')
            good(session.uid('store', uid, '+FLAGS', r'(\Deleted)'))
            good(session.expunge())
        with imap('INBOX') as session:
            expect(len(found(session, 'ALL')) == 1)

    @step('IDLE is begun and ended, and then there is news')
    def _():
        with socket.create_connection((HOST, port('IMAP')), PATIENCE) as connection:
            stream = connection.makefile('rwb', 0)
            stream.readline()

            def answer(line):
                stream.write(f'{line}\r\n'.encode())
                told = [stream.readline()]
                while not told[-1].startswith((line[:2].encode(), b'+')):
                    expect(told[-1] != b'', told)
                    told.append(stream.readline())
                return told

            answer(f'a LOGIN {USER} {PASSWORD}')
            answer('b SELECT INBOX')
            # It looks for news once a minute only, which is not waited for.
            expect(answer('c IDLE')[-1].startswith(b'+'))
            with imap() as session:
                good(session.append('INBOX', None, None, DRAFT))
            stream.write(b'DONE\r\n')
            while not stream.readline().startswith(b'c OK'):
                pass
            told = answer('d NOOP')
            expect(any(b'2 EXISTS' in line for line in told), told)

    @step('a message is sent by SMTP')
    def _():
        message = email.message.EmailMessage()
        message['From'], message['To'], message['Subject'] = USER, 'bob@example.com', 'by SMTP'
        message.set_content('hi')
        message.add_attachment(b'x', maintype='application', subtype='octet-stream', filename='a.bin')
        with smtplib.SMTP(HOST, port('SMTP'), timeout=PATIENCE) as session:
            session.login(USER, PASSWORD)
            expect(session.send_message(message) == {})

        def sent():
            with imap('Sent') as session:
                return found(session, 'SUBJECT', '"by SMTP"')

        expect(len(until(sent)) == 1)

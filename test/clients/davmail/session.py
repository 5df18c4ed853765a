"""Sign-in to the protocols of DavMail, from the environment."""

import base64
import contextlib
import http.client
import imaplib
import os

USER, PASSWORD = os.environ['EWS_USER'], os.environ['EWS_PASSWORD']
HOST = '127.0.0.1'
PATIENCE = 120


def port(name):
    return int(os.environ[f'{name}_PORT'])


@contextlib.contextmanager
def imap(folder=None):
    """A session, with this folder selected."""
    session = imaplib.IMAP4(HOST, port('IMAP'), PATIENCE)
    session.login(USER, PASSWORD)
    if folder is not None:
        good(session.select(folder))
    yield session
    session.logout()


def good(answer):
    """What an answer brings, when it is OK."""
    kind, data = answer
    if kind != 'OK':
        raise AssertionError(f'{kind} {data!r}')
    return data


def found(session, *criteria):
    """UIDs."""
    return (good(session.uid('search', None, *criteria))[0] or b'').split()


def dav(method, path, body=None, expected=(200, 201, 204, 207), **headers):
    """The text of an answer to CalDAV or CardDAV. The path is below the user's."""
    connection = http.client.HTTPConnection(HOST, port('CALDAV'), timeout=PATIENCE)
    fields = {name.replace('_', '-'): value for name, value in headers.items()}
    token = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
    fields['Authorization'] = f'Basic {token}'
    whole = path if path.startswith('/') else f'/users/{USER}/{path}'
    connection.request(method, whole, None if body is None else body.encode(), fields)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.status not in expected:
        raise AssertionError(f'{method} {whole}: {answer.status} {text[:2000]}')
    return text

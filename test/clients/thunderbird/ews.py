"""What another program asks of the same mailbox, by requests of its own."""

import base64
import re
import urllib.request

from session import PASSWORD, URL, USER

NAMESPACE = 'http://schemas.microsoft.com/exchange/services/2006'


def ask(body):
    envelope = (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="{NAMESPACE}/types" '
        f'xmlns:m="{NAMESPACE}/messages"><s:Body>{body}</s:Body></s:Envelope>'
    )
    token = base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()
    headers = {'Authorization': f'Basic {token}', 'Content-Type': 'text/xml; charset=utf-8'}
    with urllib.request.urlopen(urllib.request.Request(URL, envelope.encode(), headers), timeout=60) as answer:
        text = answer.read().decode()
    if 'ResponseClass="Success"' not in text:
        raise AssertionError(text)
    return text


def folder(name):
    return f'<t:DistinguishedFolderId Id="{name}"/>'


def find(name, subject):
    """The item of this subject, as it is named in requests."""
    text = ask(
        '<m:FindItem Traversal="Shallow"><m:ItemShape><t:BaseShape>IdOnly</t:BaseShape></m:ItemShape><m:Restriction>'
        '<t:IsEqualTo><t:FieldURI FieldURI="item:Subject"/><t:FieldURIOrConstant>'
        f'<t:Constant Value="{subject}"/></t:FieldURIOrConstant></t:IsEqualTo></m:Restriction>'
        f'<m:ParentFolderIds>{folder(name)}</m:ParentFolderIds></m:FindItem>'
    )
    (id,) = re.findall(r'<t:ItemId Id="([^"]+)"', text)
    return f'<t:ItemId Id="{id}"/>'


def mark(item, read):
    ask(
        '<m:UpdateItem ConflictResolution="AlwaysOverwrite" MessageDisposition="SaveOnly"><m:ItemChanges><t:ItemChange>'
        f'{item}<t:Updates><t:SetItemField><t:FieldURI FieldURI="message:IsRead"/><t:Message><t:IsRead>{read}</t:IsRead>'
        '</t:Message></t:SetItemField></t:Updates></t:ItemChange></m:ItemChanges></m:UpdateItem>'
    )


def move(item, target):
    ask(f'<m:MoveItem><m:ToFolderId>{folder(target)}</m:ToFolderId><m:ItemIds>{item}</m:ItemIds></m:MoveItem>')


def delete(item):
    ask(f'<m:DeleteItem DeleteType="MoveToDeletedItems"><m:ItemIds>{item}</m:ItemIds></m:DeleteItem>')

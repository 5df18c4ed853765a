"""The account that the steps work with, from EWS_URL, EWS_USER and EWS_PASSWORD."""

import os

from exchangelib import DELEGATE, Account, Configuration, Credentials, EWSTimeZone

USER = os.environ['EWS_USER']
FRIEND = 'bob@example.com'
UTC = EWSTimeZone('UTC')


def open_account():
    credentials = Credentials(USER, os.environ['EWS_PASSWORD'])
    # No retries: an answer that makes the client try again is a fault.
    configuration = Configuration(
        service_endpoint=os.environ['EWS_URL'],
        credentials=credentials,
        auth_type='basic',
        retry_policy=None,
        # One for a stream, one beside it.
        max_connections=2,
    )
    return Account(
        USER, config=configuration, autodiscover=False, access_type=DELEGATE, default_timezone=UTC
    )


def subjects(items):
    return sorted(items.values_list('subject', flat=True))

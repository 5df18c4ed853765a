"""Drives exchangelib through whole workflows: EWS_URL, EWS_USER and EWS_PASSWORD."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'ews'))

import calendar_steps  # noqa: E402
import exchangelib  # noqa: E402
import live_steps  # noqa: E402
import mail_steps  # noqa: E402
from account import open_account  # noqa: E402
from steps import finish  # noqa: E402

print(f'exchangelib {exchangelib.__version__}', flush=True)
account = open_account()
mail_steps.run(account)
calendar_steps.run(account)
live_steps.run(account)
finish()

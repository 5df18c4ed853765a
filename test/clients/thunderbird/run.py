"""Drives a Thunderbird through whole workflows, as the user that the environment names."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'ews'))

import mail_steps  # noqa: E402
from session import Thunderbird  # noqa: E402
from steps import finish  # noqa: E402

thunderbird = Thunderbird()
try:
    mail_steps.run(thunderbird)
finally:
    thunderbird.close()
finish()

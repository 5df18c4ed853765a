"""Drives a running DavMail through whole workflows, on the ports and as the user that the environment names."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'ews'))

import mail_steps  # noqa: E402
import office_steps  # noqa: E402
from steps import finish  # noqa: E402

mail_steps.run()
office_steps.run()
finish()

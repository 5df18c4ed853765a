"""A Thunderbird without a window and with a profile of its own, driven by scripts inside of it (Marionette)."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

USER, PASSWORD, URL = os.environ['EWS_USER'], os.environ['EWS_PASSWORD'], os.environ['EWS_URL']
PATIENCE = 120
PROGRAM = '/usr/lib/thunderbird/thunderbird'
HELPERS = pathlib.Path(__file__).with_name('helpers.js').read_text()
SETTINGS = {
    'app.update.enabled': False,
    'browser.dom.window.dump.enabled': True,
    'datareporting.policy.dataSubmissionEnabled': False,
    'datareporting.policy.dataSubmissionPolicyBypassNotification': True,
    'extensions.blocklist.enabled': False,
    'extensions.update.enabled': False,
    'mail.biff.show_alert': False,
    'mail.inappnotifications.enabled': False,
    'mail.provider.suppress_dialog_on_startup': True,
    'mail.shell.checkDefaultClient': False,
    'mailnews.start_page.enabled': False,
    'network.captive-portal-service.enabled': False,
    'network.connectivity-service.enabled': False,
    'services.settings.server': 'http://127.0.0.1:9/',
    'toolkit.telemetry.enabled': False,
}


class Thunderbird:
    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix='waypost-thunderbird-'))
        profile = self.home / 'profile'
        profile.mkdir()
        lines = (f'user_pref({json.dumps(name)}, {json.dumps(value)});\n' for name, value in SETTINGS.items())
        # On the port 0 it takes a free one, and writes its number into the profile.
        (profile / 'user.js').write_text(''.join(lines) + 'user_pref("marionette.port", 0);\n')
        self.log = open(self.home / 'log', 'w')
        command = [PROGRAM, '--marionette', '--remote-allow-system-access', '--no-remote', '-profile', str(profile)]
        env = dict(os.environ, HOME=str(self.home), MOZ_HEADLESS='1', TZ='UTC', LANG='C.UTF-8')
        self.process = subprocess.Popen(command, env=env, stdout=self.log, stderr=subprocess.STDOUT)
        self.read, self.sent = b'', 0
        try:
            self.socket = self._connected(profile / 'MarionetteActivePort')
            self._answer()
            self._send('WebDriver:NewSession')
            self._send('Marionette:SetContext', value='chrome')
            self._send('WebDriver:SetTimeouts', script=PATIENCE * 1000)
        except BaseException:
            self.close()
            raise

    def run(self, body, *args):
        """What a script gives, the body of an asynchronous function with the helpers of helpers.js and `args`."""
        script = (
            f'const done = arguments[arguments.length - 1], args = [...arguments].slice(0, -1);\n{HELPERS}\n'
            f'(async () => {{ {body} }})().then((value) => done({{ value: value ?? null }}), '
            '(error) => done({ error: `${error} ${error.stack ?? ""}` }));'
        )
        answer = self._send(
            'WebDriver:ExecuteAsyncScript', script=script, args=args, sandbox='system', newSandbox=True
        )['value']
        if 'error' in answer:
            raise AssertionError(answer['error'])
        return answer['value']

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)

    def _connected(self, file):
        end = time.monotonic() + PATIENCE
        while True:
            if self.process.poll() is not None or time.monotonic() > end:
                raise AssertionError('Thunderbird does not start: ' + (self.home / 'log').read_text()[-4000:])
            try:
                return socket.create_connection(('127.0.0.1', int(file.read_text())), 2 * PATIENCE)
            except (OSError, ValueError):
                time.sleep(0.1)

    def _send(self, command, **parameters):
        self.sent += 1
        message = json.dumps([0, self.sent, command, parameters]).encode()
        self.socket.sendall(b'%d:%b' % (len(message), message))
        _, _, error, result = self._answer()
        if error:
            raise AssertionError(f'{command}: {error}')
        return result

    def _answer(self):
        while b':' not in self.read:
            self._more()
        length, self.read = self.read.split(b':', 1)
        while len(self.read) < int(length):
            self._more()
        message, self.read = self.read[: int(length)], self.read[int(length) :]
        return json.loads(message)

    def _more(self):
        some = self.socket.recv(65536)
        if not some:
            raise EOFError('Thunderbird has ended')
        self.read += some

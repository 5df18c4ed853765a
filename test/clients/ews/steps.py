"""Steps of a driver: a line each, `ok` or `FAIL` with its seconds, what went wrong, and an exit status of 1 for any FAIL."""

import sys
import time
import traceback

_failed = 0
_passed = 0


def step(name):
    """Runs the decorated function at once, as a step of this name."""

    def run(function):
        global _failed, _passed
        started = time.monotonic()
        try:
            function()
        except Exception:
            _failed += 1
            print(f'FAIL {name} ({time.monotonic() - started:.1f} s)')
            traceback.print_exc(limit=-6, file=sys.stdout)
        else:
            _passed += 1
            print(f'ok   {name} ({time.monotonic() - started:.1f} s)')
        sys.stdout.flush()
        return function

    return run


def expect(condition, *shown):
    """Fails a step, showing what was there instead. Not `assert`, which python -O leaves out."""
    if not condition:
        raise AssertionError(' '.join(repr(one) for one in shown) or 'not as it should be')


def until(look, seconds=60):
    """What `look` gives as soon as it gives something; the ceiling is generous, waiting ends at once."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f'not within {seconds} s: {found!r}')
        time.sleep(0.1)


def finish():
    print(f'{_passed} passed, {_failed} failed')
    sys.exit(0 if _failed == 0 and _passed > 0 else 1)

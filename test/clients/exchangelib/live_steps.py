"""Synchronisation and notifications."""

import contextlib
import http.server
import threading

from exchangelib import Message
from exchangelib.services import SendNotification
from steps import expect, step, until


@contextlib.contextmanager
def listener(received):
    """An address that takes notifications, as exchangelib reads them, into `received`."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            service = SendNotification(protocol=None)
            body = self.rfile.read(int(self.headers['Content-Length']))
            received.extend(event for sent in service.parse(body) for event in sent.events)
            answer = service.ok_payload()
            self.send_response(200)
            self.send_header('Content-Type', 'text/xml; charset=utf-8')
            self.send_header('Content-Length', str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """Says nothing."""

    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f'http://127.0.0.1:{server.server_port}/notify'
    finally:
        server.shutdown()


def run(account):
    inbox = account.inbox

    def put(subject):
        message = Message(account=account, folder=inbox, subject=subject)
        message.save()
        return message

    @step('a folder and the tree are synchronised, then what changed')
    def _():
        kinds = {kind for kind, _ in inbox.sync_items()}
        expect(kinds <= {'create'}, kinds)
        expect({kind for kind, _ in account.root.sync_hierarchy()} == {'create'})
        message = put('synchronised')
        expect([(kind, item.id) for kind, item in inbox.sync_items()] == [('create', message.id)])
        message.is_read = not message.is_read
        message.save(update_fields=['is_read'])
        kinds = [kind for kind, _ in inbox.sync_items()]
        expect(kinds in (['read_flag_change'], ['update']), kinds)
        message.delete()
        expect([kind for kind, _ in inbox.sync_items()] == ['delete'])

    @step('events are fetched')
    def _():
        with inbox.pull_subscription() as (subscription, watermark):
            put('pulled')
            kinds = {
                type(event).__name__
                for notification in inbox.get_events(subscription, watermark)
                for event in notification.events
            }
            expect('CreatedEvent' in kinds, kinds)

    @step('events come by themselves')
    def _():
        with inbox.streaming_subscription() as subscription:
            threading.Timer(1, put, ['streamed']).start()
            kinds = set()
            for notification in inbox.get_streaming_events(subscription, connection_timeout=1):
                kinds |= {type(event).__name__ for event in notification.events}
                if 'CreatedEvent' in kinds:
                    break
            expect('CreatedEvent' in kinds, kinds)

    @step('events are sent to an address of the client')
    def _():
        received = []
        with listener(received) as url, inbox.push_subscription(callback_url=url) as (subscription, watermark):
            expect(subscription and watermark)
            put('pushed')
            until(lambda: any(type(event).__name__ == 'CreatedEvent' for event in received))

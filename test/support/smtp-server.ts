/**
 * A mail host on loopback that keeps what it gets, and that can be told to misbehave at every step. It is strict
 * where it listens: only CRLF ends a line, only CRLF . CRLF ends a message.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

export type SmtpVerb =
  | 'CONNECT'
  | 'EHLO'
  | 'HELO'
  | 'STARTTLS'
  | 'AUTH'
  | 'MAIL'
  | 'RCPT'
  | 'DATA'
  /** Some bytes of a message have come. */
  | 'BODY'
  /** The final dot has come. */
  | 'END'
  | 'RSET'
  | 'NOOP'
  | 'QUIT';

/**
 * What the host does instead of its duty. A text is sent as a reply (without its last line end); `drop` closes;
 * `silence` says nothing any more.
 */
export type SmtpReaction =
  | string
  | 'drop'
  | 'silence'
  | { say: string; and?: 'drop' }
  | { raw: string | Uint8Array; and?: 'drop' | 'go-on' }
  | { after: number };

export interface SmtpScript {
  /** Lines of EHLO after the first. */
  capabilities?: string[];
  /** Others after STARTTLS. */
  capabilitiesTls?: string[];
  on?(step: { verb: SmtpVerb; line: string; connection: number; message: number }): SmtpReaction | undefined;
  accounts?: { user: string; secret: string }[];
  tls?: { cert: string; key: string; implicit?: boolean };
  /** Throws messages away: for measurements. */
  forget?: boolean;
}

interface TakenMessage {
  mailFrom: string;
  mailParameters: string;
  recipients: string[];
  rcptParameters: string[];
  /** Without the stuffing. */
  bytes: Buffer;
  /** As it came, with the end. */
  wire: Buffer;
  encrypted: boolean;
  user: string | null;
  connection: number;
}

export interface SmtpServer {
  port: number;
  messages: TakenMessage[];
  /** Commands of all connections, in order. */
  commands: string[];
  connections: number;
  /** Messages that were taken, also when they are forgotten. */
  taken: number;
  /** How often more than one command came in one packet. */
  pipelined: number;
  stop(): Promise<void>;
}

export const ALL_CAPABILITIES = [
  'PIPELINING',
  'SIZE 26214400',
  '8BITMIME',
  'SMTPUTF8',
  'DSN',
  'ENHANCEDSTATUSCODES',
];

export async function startSmtpServer(script: SmtpScript = {}): Promise<SmtpServer> {
  const context = script.tls === undefined ? null : createSecureContext(script.tls);
  const open = new Set<Socket>();
  const server: SmtpServer = {
    ...{ port: 0, messages: [], commands: [], connections: 0, taken: 0, pipelined: 0 },
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
  const listener = createServer((socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
    serve(socket, server, script, context, server.connections++);
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  server.port = (listener.address() as AddressInfo).port;
  return server;
}

const END = Buffer.from('\r\n.\r\n');

function serve(
  plain: Socket,
  server: SmtpServer,
  script: SmtpScript,
  context: SecureContext | null,
  connection: number,
): undefined {
  let socket: Socket = plain;
  let encrypted = false;
  let buffer: Buffer = Buffer.alloc(0);
  let body: Buffer[] | null = null;
  let bodyBytes = 0;
  let user: string | null = null;
  let login: string[] | null = null;
  let silent = false;
  let paused = false;
  let message = 0;
  let mail: Pick<TakenMessage, 'mailFrom' | 'mailParameters' | 'recipients' | 'rcptParameters'> | null = null;

  const say = (text: string): undefined => {
    if (socket.writable) socket.write(`${text}\r\n`);
  };
  const drop = (): undefined => {
    socket.destroy();
  };

  /** Whether the script has taken this step over. `duty` is done later when it only asks for time. */
  function scripted(verb: SmtpVerb, line: string, duty: () => undefined): undefined {
    const reaction = script.on?.({ verb, line, connection, message });
    if (reaction === undefined) return duty();
    if (reaction === 'drop') return drop();
    if (reaction === 'silence') {
      silent = true;
      return;
    }
    if (typeof reaction === 'string') return say(reaction);
    if ('after' in reaction) {
      paused = true;
      setTimeout(() => {
        paused = false;
        duty();
        work();
      }, reaction.after);
      return;
    }
    if ('say' in reaction) say(reaction.say);
    else socket.write(reaction.raw);
    if (reaction.and === 'drop') socket.end();
    if (reaction.and === 'go-on') duty();
  }

  function secure(after: () => undefined): undefined {
    if (context === null) return drop();
    plain.removeAllListeners('data');
    const over = new TLSSocket(plain, { isServer: true, secureContext: context });
    over.on('error', () => undefined);
    socket = over;
    encrypted = true;
    listen();
    after();
  }

  function listen(): undefined {
    socket.on('data', (chunk: Buffer) => {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk]);
      if (body === null && chunk.toString('latin1').split('\r\n').length > 2) server.pipelined++;
      work();
    });
  }

  function work(): undefined {
    while (!silent && !paused && buffer.length > 0) {
      if (body !== null) {
        if (!takeBody()) return;
        continue;
      }
      const end = buffer.indexOf('\r\n');
      if (end < 0) return;
      const line = buffer.subarray(0, end).toString('utf8');
      buffer = buffer.subarray(end + 2);
      command(line);
    }
  }

  function takeBody(): boolean {
    if (body === null) return false;
    // The beginning of the end may have come before.
    const tail = Buffer.concat(body).subarray(-4);
    const seen =
      body.length === 0 ? Buffer.concat([Buffer.from('\r\n'), buffer]) : Buffer.concat([tail, buffer]);
    const shift = seen.length - buffer.length;
    const at = seen.indexOf(END);
    if (at < 0) {
      body.push(buffer);
      bodyBytes += buffer.length;
      // Only the last bytes are looked at again.
      if (script.forget === true && body.length > 2) body = [Buffer.concat(body).subarray(-8)];
      buffer = Buffer.alloc(0);
      scripted('BODY', String(bodyBytes), () => undefined);
      return false;
    }
    const stop = at + END.length - shift;
    body.push(buffer.subarray(0, stop));
    buffer = buffer.subarray(stop);
    finish(Buffer.concat(body));
    return true;
  }

  function finish(wire: Buffer): undefined {
    const taken = mail;
    body = null;
    bodyBytes = 0;
    mail = null;
    scripted('END', '', () => {
      if (taken === null) return say('503 5.5.1 no transaction');
      if (taken.recipients.length === 0) return say('554 5.5.1 no valid recipients');
      server.taken++;
      message++;
      if (script.forget !== true) {
        server.messages.push({ ...taken, bytes: unstuff(wire), wire, encrypted, user, connection });
      }
      say(`250 2.0.0 Ok: queued as Q${1000 + server.taken}`);
    });
  }

  function command(line: string): undefined {
    if (login !== null) return answerLogin(line);
    server.commands.push(line);
    const verb = (/^[A-Za-z]*/.exec(line)?.[0] ?? '').toUpperCase() as SmtpVerb;
    scripted(verb, line, () => duty(verb, line));
  }

  function duty(verb: SmtpVerb, line: string): undefined {
    if (verb === 'EHLO') {
      const lines = [
        'loopback.test greets you',
        ...((encrypted ? script.capabilitiesTls : undefined) ?? script.capabilities ?? ALL_CAPABILITIES),
        ...(context !== null && !encrypted && script.tls?.implicit !== true ? ['STARTTLS'] : []),
        ...(script.accounts !== undefined ? ['AUTH PLAIN LOGIN XOAUTH2'] : []),
      ];
      return say(lines.map((one, i) => `250${i === lines.length - 1 ? ' ' : '-'}${one}`).join('\r\n'));
    }
    if (verb === 'HELO' || verb === 'NOOP') return say('250 loopback.test');
    if (verb === 'QUIT') {
      say('221 2.0.0 Bye');
      socket.end();
      return;
    }
    if (verb === 'RSET') {
      mail = null;
      return say('250 2.0.0 Ok');
    }
    if (verb === 'STARTTLS') {
      say('220 2.0.0 Go on');
      return secure(() => undefined);
    }
    if (verb === 'AUTH') return auth(line);
    if (verb === 'MAIL') {
      if (script.accounts !== undefined && user === null) return say('530 5.7.0 Authentication required');
      if (mail !== null) return say('503 5.5.1 nested MAIL command');
      const [, mailFrom = '', mailParameters = ''] = /^MAIL FROM:<(.*?)>\s*(.*)$/i.exec(line) ?? [];
      mail = { mailFrom, mailParameters, recipients: [], rcptParameters: [] };
      return say('250 2.1.0 Ok');
    }
    if (verb === 'RCPT') {
      if (mail === null) return say('503 5.5.1 MAIL first');
      const [, address = '', parameters = ''] = /^RCPT TO:<(.*?)>\s*(.*)$/i.exec(line) ?? [];
      mail.recipients.push(address);
      mail.rcptParameters.push(parameters);
      return say('250 2.1.5 Ok');
    }
    if (verb === 'DATA') {
      if (mail === null) return say('503 5.5.1 MAIL first');
      if (mail.recipients.length === 0) return say('554 5.5.1 no valid recipients');
      body = [];
      return say('354 End data with <CR><LF>.<CR><LF>');
    }
    say('502 5.5.2 not known');
  }

  function auth(line: string): undefined {
    const [, mechanism = '', response = ''] = line.split(' ');
    if (mechanism.toUpperCase() === 'LOGIN') {
      login = [];
      return say('334 VXNlcm5hbWU6');
    }
    const text = Buffer.from(response, 'base64').toString('utf8');
    const [, name = '', secret = ''] =
      mechanism.toUpperCase() === 'PLAIN'
        ? text.split('\0')
        : (/^user=(.*?)\x01auth=Bearer (.*?)\x01\x01$/.exec(text) ?? []);
    if (mechanism.toUpperCase() === 'XOAUTH2' && !known(name, secret)) {
      login = ['oauth'];
      return say(`334 ${Buffer.from('{"status":"401"}').toString('base64')}`);
    }
    signIn(name, secret);
  }

  function answerLogin(line: string): undefined {
    if (login === null) return;
    login.push(Buffer.from(line, 'base64').toString('utf8'));
    if (login[0] === 'oauth') {
      login = null;
      return say('535 5.7.8 not so');
    }
    if (login.length === 1) return say('334 UGFzc3dvcmQ6');
    const [name = '', secret = ''] = login;
    login = null;
    signIn(name, secret);
  }

  function known(name: string, secret: string): boolean {
    return script.accounts?.some((one) => one.user === name && one.secret === secret) === true;
  }

  function signIn(name: string, secret: string): undefined {
    if (!known(name, secret)) return say('535 5.7.8 not so');
    user = name;
    say('235 2.7.0 Welcome');
  }

  const begin = () => scripted('CONNECT', '', () => say('220 loopback.test ESMTP'));
  if (script.tls?.implicit === true) secure(begin);
  else {
    listen();
    begin();
  }
}

/** The message of RFC 5321 4.5.2: without the dots that were put before others, and without its end. */
function unstuff(wire: Buffer): Buffer {
  const text = wire.subarray(0, wire.length - 3).toString('latin1');
  return Buffer.from(text.replace(/(^|\r\n)\.\./g, '$1.').replace(/\r\n$/, '\r\n'), 'latin1');
}

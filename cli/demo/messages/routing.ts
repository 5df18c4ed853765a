import { pdf, png } from '../files.ts';
import { ALICE, BOB, CAROL, compose, DAY, type DemoMessage, HOUR } from '../message.ts';

const SHOP = 'Example Shop <orders@shop.example>';
const CUSTOMER = 'A Customer <customer@client.example>';

const logo = () =>
  png(120, 40, (x, y) => (Math.abs(y - 20) < 3 || (x > 56 && x < 64) ? [255, 255, 255] : [20, 60 + x, 140]));

/** Messages that reach their mailbox by its own address, an alias, a +tag, or the catch-all. */
export function routing(): DemoMessage[] {
  return [welcome(), ...byAlias(), ...byTag(), ...byCatchAll(), ...toBob()];
}

function welcome(): DemoMessage {
  return compose({
    slug: 'welcome',
    age: 7 * DAY,
    envelopeFrom: 'hello@waypost.test',
    envelopeTo: 'alice@demo.test',
    from: 'Waypost <hello@waypost.test>',
    to: ALICE,
    subject: 'Welcome to Waypost',
    html: '<p><img src="cid:logo@waypost.test" alt="Waypost" width="120" height="40"></p><p>Hello Alice,</p><p>this mailbox lives in a Worker on your own machine. Connect a phone, or run <code>npx waypost phone alice@demo.test</code>.</p>',
    text: 'Hello Alice,\n\nthis mailbox lives in a Worker on your own machine. Connect a phone, or run: npx waypost phone alice@demo.test',
    attachments: [
      { filename: 'logo.png', content: logo(), cid: 'logo@waypost.test', contentDisposition: 'inline' },
    ],
  });
}

function byAlias(): DemoMessage[] {
  const invoice = { filename: 'Invoice-2041.pdf', content: pdf(['Invoice 2041', '', 'Total 120.00']) };
  return [
    compose({
      slug: 'invoice',
      age: 35 * HOUR,
      envelopeFrom: 'billing@print.example',
      envelopeTo: 'a.liddell@demo.test',
      from: 'Print Shop Billing <billing@print.example>',
      to: 'a.liddell@demo.test',
      subject: 'Invoice 2041',
      text: 'The invoice is attached. Payable within 30 days.',
      attachments: [invoice],
    }),
    compose({
      slug: 'sales-1',
      age: 26 * HOUR,
      envelopeFrom: 'customer@client.example',
      envelopeTo: 'sales@demo.test',
      from: CUSTOMER,
      to: 'Sales <sales@demo.test>',
      subject: 'Question about delivery times',
      text: 'Hello,\n\nhow long does the delivery of 200 posters take?\n\nA customer',
    }),
    compose({
      slug: 'sales-2',
      age: 4 * HOUR,
      envelopeFrom: 'customer@client.example',
      envelopeTo: 'sales@demo.test',
      from: CUSTOMER,
      to: 'Sales <sales@demo.test>',
      subject: 'Re: Question about delivery times',
      text: 'And in A1?\n\n> about a week',
      thread: ['sales-1', 'sales-1-answer'],
    }),
  ];
}

function byTag(): DemoMessage[] {
  return [
    compose({
      slug: 'order',
      age: 12 * HOUR,
      envelopeFrom: 'orders@shop.example',
      envelopeTo: 'alice+shop@demo.test',
      from: SHOP,
      to: 'alice+shop@demo.test',
      subject: 'Your order 58-1102 is on its way',
      html: '<table><tr><th>Item</th><th>Number</th></tr><tr><td>Tea, 250&nbsp;g</td><td>2</td></tr><tr><td>Cup &ldquo;Harbour&rdquo;</td><td>1</td></tr></table><p>Track it: <a href="https://shop.example/track/581102">58-1102</a></p>',
    }),
    compose({
      slug: 'order-rating',
      age: 40,
      envelopeFrom: 'orders@shop.example',
      envelopeTo: 'alice+shop@demo.test',
      from: SHOP,
      to: 'alice+shop@demo.test',
      subject: 'How was it?',
      text: 'Tell us how you like the tea: https://shop.example/rate/581102',
    }),
  ];
}

function byCatchAll(): DemoMessage[] {
  const post = (local: string, age: number, subject: string, text: string) =>
    compose({
      slug: `catch-${local}`,
      age,
      envelopeFrom: 'somebody@client.example',
      envelopeTo: `${local}@demo.test`,
      from: 'Somebody <somebody@client.example>',
      to: `${local}@demo.test`,
      subject,
      text,
    });
  return [
    post('info', 44 * HOUR, 'Opening hours', 'Are you open on Saturdays?'),
    post('jobs', 18 * HOUR, 'Application as a gardener', 'My papers will follow by post.'),
    post('old-colleague', 6 * HOUR, 'Long time no see', 'Is this address still in use?'),
  ];
}

function toBob(): DemoMessage[] {
  return [
    compose({
      slug: 'bob-minutes',
      age: 25 * HOUR,
      envelopeFrom: 'carol@demo.test',
      envelopeTo: 'bob@demo.test',
      from: CAROL,
      to: BOB,
      cc: ALICE,
      subject: 'Minutes of Monday',
      text: 'Bob,\n\nthe minutes are done. Nothing surprising.\n\nCarol',
    }),
    compose({
      slug: 'carol-holiday',
      age: 15 * HOUR,
      envelopeFrom: 'bob@demo.test',
      envelopeTo: 'carol@demo.test',
      from: BOB,
      to: CAROL,
      subject: 'Holiday in the second week?',
      text: 'Carol,\n\nmay I take the second week off?\n\nBob',
    }),
  ];
}

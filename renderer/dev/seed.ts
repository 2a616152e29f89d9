/** Believable data for the harness: twelve agents, four teams, conversations in several languages. */
import type { Card, Directory, Message } from '../../contract/model.ts';

/** A small repeatable random generator (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
};

const AGENTS = [
  ['Noor Saleh', 'supervisor', 'online', null],
  ['Sara Lindqvist', 'agent', 'online', 5],
  ['Tom Okafor', 'agent', 'online', 5],
  ['Mei Tanaka', 'agent', 'busy', 5],
  ['Jonas Weber', 'agent', 'online', 6],
  ['ليلى حداد', 'agent', 'away', 5],
  ['Priya Raman', 'agent', 'online', 8],
  ['Agent 4821', 'agent', 'offline', 5],
  ['Chloé Martin-Desrosiers', 'administrator', 'online', null],
  ['Tomasz Nowak', 'agent', 'offline', 5],
  ['דניאל כהן', 'agent', 'online', 4],
  ['Ingrid Åsberg', 'agent', 'busy', 12],
] as const;

export const directory: Directory = {
  me: { id: 1, name: 'Noor Saleh', role: 'supervisor', availability: 'online' },
  account: { id: 1, name: 'Northwind Stores' },
  agents: [
    ...AGENTS.map(([name, role, presence, limit], index) => ({
      id: index + 1,
      name,
      role,
      presence,
      limit,
      left: false,
    })),
    { id: 40, name: 'Elena Rossi', role: 'agent', presence: 'unknown', limit: null, left: true },
  ],
  bots: [{ id: 3, name: 'Parcel assistant' }],
  teams: [
    { id: 1, name: 'Billing', autoAssign: false, members: [2, 4, 7, 9], mine: false, gone: false },
    { id: 2, name: 'Returns', autoAssign: true, members: [2, 3, 5, 11], mine: false, gone: false },
    {
      id: 3,
      name: 'Technical support',
      autoAssign: false,
      members: [3, 4, 5, 6, 8, 12],
      mine: false,
      gone: false,
    },
    { id: 4, name: 'VIP desk', autoAssign: false, members: null, mine: false, gone: false },
  ],
  inboxes: [
    { id: 1, name: 'Store website', channel: 'Channel::WebWidget', autoAssign: false, assignable: null },
    { id: 2, name: 'Service e-mail', channel: 'Channel::Email', autoAssign: false, assignable: null },
    { id: 3, name: 'WhatsApp', channel: 'Channel::Whatsapp', autoAssign: true, assignable: null },
    { id: 4, name: 'Voice bot handover', channel: 'Channel::Api', autoAssign: false, assignable: null },
  ],
  labels: [
    { title: 'invoice', color: '#2f855a' },
    { title: 'refund', color: '#c05621' },
    { title: 'vip', color: '#6b46c1' },
    { title: 'login', color: '#2b6cb0' },
    { title: 'delivery', color: '#0d8a8a' },
    { title: 'contract-cancellation', color: '#b83280' },
  ],
};

const CONTACTS = [
  'Anna Meyer',
  'Luis Ortega',
  'Priya Natarajan',
  'Tomasz Zieliński',
  'Chloé Bernard',
  'Jürgen Krüger',
  'Omar Haddad',
  'Sofie Lind',
  'Noah Becker',
  'Ayşe Yıldız',
  'Ben Carter',
  'Giulia Rossi',
  'Hannah Vogel',
  'Ivo Brandt',
  'Leila Amrani',
  'Marek Dvořák',
  'Nina Holm',
  'Pavel Orlov',
  'Rosa Silva',
  'Sven Åberg',
  'محمد العلي',
  'שרה לוי',
  '田中 美咲',
  'Νίκος Παπαδόπουλος',
  'Visitor 7f3a9c',
  '+49 151 •••• 2208',
  'Maximiliane von Hohenstein-Wittgenberg',
  'Oluwaseun Adeyemi',
  'Кира Волкова',
  '이서연',
  'Zoë Janssens',
  'Pál Szabó',
];

const TEXTS = [
  'Where is my parcel? Tracking says delivered but nothing is here and the neighbour has not seen it either.',
  'I was charged twice for the same order, please refund one of the two payments.',
  'Hi, is the store in Kiel open on Sunday before Christmas?',
  'Ich möchte meinen Vertrag zum Monatsende kündigen.',
  "Bonjour, je n'ai pas reçu l'e-mail de confirmation de ma commande.",
  'The app logs me out every time I open the settings page.',
  'Der Gutscheincode wird nicht angenommen, was mache ich falsch?',
  'Our whole team lost access after the plan change this morning.',
  'The technician did not show up between 9 and 12.',
  'Can I change the delivery date to next Tuesday?',
  'لم يصلني الطلب حتى الآن، هل يمكنكم المساعدة؟',
  'שלום, קיבלתי חשבונית לא נכונה ואשמח לעזרה',
  '注文した商品がまだ届きません。確認していただけますか？',
  'Ok, thanks!',
  'Gracias. ¿Cuánto tarda el reembolso en llegar a mi cuenta?',
  'Mohu poprosit o fakturu na firmu?',
];

const CHANNEL_OF = new Map(directory.inboxes.map((inbox) => [inbox.id, inbox.channel]));

const pick = <V>(random: () => number, list: readonly V[]): V => {
  const found = list[Math.floor(random() * list.length)];
  if (found === undefined) throw new Error('Nothing to pick from.');
  return found;
};

/** `count` conversations; about a third without an agent. */
export const seedCards = (count: number, now: number): Card[] => {
  const random = createRandom(7);
  return Array.from({ length: count }, (_, index): Card => {
    const roll = random();
    const agent = roll < 0.36 ? null : pick(random, [2, 2, 3, 3, 4, 5, 6, 7, 7, 9, 10, 11, 12, 40]);
    const members = directory.teams.filter((team) => agent === null || team.members?.includes(agent));
    const team = random() < 0.3 || members.length === 0 ? null : pick(random, members).id;
    const minutes = Math.floor(random() ** 2 * 24 * (agent === null ? 1 : 0.6) * 10) / 10;
    const waits = agent === null || random() < 0.5;
    const inbox = pick(random, directory.inboxes).id;
    const at = Math.floor(now / 1000 - minutes * 60);
    return {
      id: 4200 + index * 3,
      contact: CONTACTS[index % CONTACTS.length] ?? 'Visitor',
      inbox,
      channel: CHANNEL_OF.get(inbox) ?? 'Channel::Api',
      status: 'open',
      live: true,
      priority: pick(random, [null, null, 'low', 'medium', 'high', 'urgent']),
      labels: [
        ...new Set([pick(random, directory.labels).title, pick(random, directory.labels).title]),
      ].slice(0, Math.floor(random() * 3)),
      unread: waits ? Math.floor(random() * 4) : 0,
      assignee: agent === null ? null : { type: 'agent', id: agent },
      team: index === 17 ? 1 : team,
      createdAt: at - 3600,
      lastActivityAt: at,
      waitingSince: waits ? at : null,
      waitingAtLeast: index % 23 === 4,
      notAnswered: agent !== null && waits && random() < 0.5,
      lastMessage: { text: TEXTS[(index * 7) % TEXTS.length] ?? '', from: waits ? 'customer' : 'agent', at },
      violation: false,
      unconfirmed: false,
      pending: 'none',
      command: null,
    };
  }).map((card, index) => {
    if (index === 4) return { ...card, assignee: { type: 'bot', id: 3 }, team: null };
    if (index === 9) return { ...card, assignee: { type: 'agent', id: 3 }, team: 1, violation: true };
    return card;
  });
};

/** A transcript for any card. */
export const seedMessages = (card: Card): Message[] => {
  const at = card.lastActivityAt - 900;
  const line = (
    id: number,
    kind: Message['kind'],
    sender: string | null,
    senderType: Message['senderType'],
    text: string,
    after: number,
    attachments: Message['attachments'] = [],
  ): Message => ({ id, kind, sender, senderType, text, at: at + after, status: 'sent', attachments });
  return [
    line(1, 'incoming', card.contact, 'contact', 'Hello?', 0),
    line(2, 'incoming', card.contact, 'contact', card.lastMessage?.text ?? '', 20),
    line(
      3,
      'outgoing',
      'Parcel assistant',
      'bot',
      'Thanks for writing. I am handing you over to a person.',
      40,
    ),
    line(4, 'activity', null, 'system', 'Conversation was opened by Parcel assistant', 41),
    line(5, 'activity', null, 'system', 'Assigned to Billing by Noor Saleh', 300),
    line(
      6,
      'note',
      'Priya Raman',
      'agent',
      'Payment is booked, the second one was not. Billing to confirm before we refund.',
      420,
    ),
    line(7, 'incoming', card.contact, 'contact', 'Here is the invoice.', 600, [
      { url: 'https://files.example.com/invoice-771204.pdf', type: 'file' },
    ]),
    line(8, 'incoming', card.contact, 'contact', card.lastMessage?.text ?? '', 900),
  ];
};

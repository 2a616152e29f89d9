/** The conversations of the fake server: one by its number, always the same, about 2.8 KB of JSON as the real wire has it. */

export const PAGE_SIZE = 25;

/** Shares of the account by status, the rest is resolved. */
export type Mix = { open: number; pending: number; snoozed: number };

/** Everything is on the board: every index of the cache is written. */
export const ALL_LIVE: Mix = { open: 0.8, pending: 0.1, snoozed: 0.1 };
/** An account as it is: most of it is finished. */
export const USUAL: Mix = { open: 0.1, pending: 0.01, snoozed: 0.01 };

/** Spreads numbers, so that a share of ids is no run of neighbours. */
const spread = (id: number, salt: number): number =>
  (Math.imul((id + salt) ^ 0x9e3779b9, 0x85ebca6b) >>> 0) / 4294967296;

export const statusOf = (id: number, mix: Mix): 'open' | 'pending' | 'snoozed' | 'resolved' => {
  const at = spread(id, 1);
  if (at < mix.open) return 'open';
  if (at < mix.open + mix.pending) return 'pending';
  return at < mix.open + mix.pending + mix.snoozed ? 'snoozed' : 'resolved';
};

const first = 'Ivo Ana Lin Omar Sara Tom Kai Jo Mara Nils Eva Paul Zoe Max Ida Ben Lea Finn'.split(' ');
const last = 'Brandt Okafor Lindqvist Meyer Costa Silva Novak Kim Haddad Rossi Weber Ito'.split(' ');
const words =
  'where is my parcel the order came broken please call back about invoice refund address change'.split(' ');

const nameOf = (id: number): string =>
  `${first[id % first.length]} ${last[Math.floor(id / first.length) % last.length]} ${id % 97}`;

const textOf = (id: number): string => {
  const said: string[] = [];
  for (let i = 0; i < 14; i += 1) said.push(words[(id * 7 + i * (3 + (id % 5))) % words.length] as string);
  return said.join(' ');
};

/** What integrations hang on contacts and conversations: nobody reads it, everybody parses it. */
const ATTRIBUTES = JSON.stringify({
  browser: {
    device_name: 'Unknown',
    browser_name: 'Chrome',
    platform_name: 'macOS',
    browser_version: '142.0',
  },
  referer: 'https://shop.example.test/orders/history?page=2&from=newsletter',
  initiated_at: { timestamp: 'Sat Jan 31 2026 09:01:40 GMT+0100 (Central European Standard Time)' },
  browser_language: 'de',
  city: 'Kiel',
  country: 'Germany',
  country_code: 'DE',
  created_at_ip: '203.0.113.77',
  company_name: 'Nordlicht Versand GmbH & Co. KG',
  social_profiles: { github: '', twitter: '', facebook: '', linkedin: '', instagram: '' },
});

/**
 * @param active seconds since 1970 of the last activity
 * @param none how "nobody" and "no team" are written: by REST the key is missing, in events it is null
 */
export const conversationJson = (id: number, mix: Mix, active: number, none: 'missing' | 'null'): string => {
  const status = statusOf(id, mix);
  const name = nameOf(id);
  const text = textOf(id);
  const created = Math.floor(active) - 3600 - (id % 7200);
  const at = Math.floor(active);
  const agent = spread(id, 2) < 0.66 ? 12 + (id % 40) : null;
  const team = spread(id, 3) < 0.5 ? 1 + (id % 8) : null;
  const contact = 100_000 + id;
  const assignee =
    agent === null
      ? none === 'null'
        ? '"assignee":null,'
        : ''
      : `"assignee":{"id":${agent},"account_id":3,"name":"Agent ${agent - 12}","available_name":"Agent ${agent - 12}","email":"agent${agent}@example.test","role":"agent","confirmed":true,"availability_status":"online","auto_offline":true,"thumbnail":"","custom_attributes":{}},"assignee_type":"User",`;
  const teams =
    team === null
      ? none === 'null'
        ? '"team":null,'
        : ''
      : `"team":{"id":${team},"name":"team ${team}","description":"Invoices and refunds","allow_auto_assign":false,"account_id":3,"is_member":false},`;
  return (
    `{"meta":{"sender":{"id":${contact},"name":"${name}","email":"contact${id}@example.test","phone_number":"+4930${id}","identifier":null,"thumbnail":"","availability_status":"offline","blocked":false,"additional_attributes":${ATTRIBUTES},"custom_attributes":{},"last_activity_at":${at},"created_at":${created}},"channel":"Channel::Api",${assignee}${teams}"hmac_verified":false},` +
    `"id":${id},"account_id":3,"uuid":"0b7b1b1e-8f2c-4a55-9b7e-${String(id).padStart(12, '0')}","inbox_id":${4 + (id % 3)},"status":"${status}","priority":${id % 5 === 0 ? '"high"' : 'null'},"snoozed_until":null,"muted":false,"can_reply":true,"labels":${id % 4 === 0 ? '["refund","vip"]' : '[]'},"additional_attributes":{"referer":"https://shop.example.test/","initiated_at":{"timestamp":"Sat Jan 31 2026 09:01:40 GMT+0100"}},"custom_attributes":{"order":"A-${id}"},` +
    `"unread_count":${id % 4},"created_at":${created},"updated_at":${at}.412871,"timestamp":${at},"last_activity_at":${at},"first_reply_created_at":${id % 3 === 0 ? 0 : created + 60},"waiting_since":${status === 'open' && id % 2 === 0 ? at - 120 : 0},"agent_last_seen_at":${at - 200},"assignee_last_seen_at":0,"contact_last_seen_at":0,"sla_policy_id":null,` +
    `"messages":[{"id":${id * 9},"content":"${text}","account_id":3,"inbox_id":${4 + (id % 3)},"conversation_id":${id},"message_type":${id % 2},"content_type":"text","content_attributes":{},"private":false,"status":"sent","source_id":null,"sender_type":"${id % 2 === 0 ? 'Contact' : 'User'}","sender_id":${contact},"created_at":${at},"updated_at":"2026-01-31T09:01:40.221Z","external_source_ids":{},"additional_attributes":{},"sentiment":{},"processed_message_content":"${text}","conversation":{"assignee_id":${agent},"unread_count":${id % 4},"last_activity_at":${at},"contact_inbox":{"source_id":"c-55e1-${id}"}},"sender":{"id":${contact},"type":"${id % 2 === 0 ? 'contact' : 'user'}","name":"${name}","available_name":"${name}","email":"contact${id}@example.test","phone_number":"+4930${id}","identifier":null,"thumbnail":"","blocked":false,"additional_attributes":${id % 2 === 0 ? ATTRIBUTES : '{}'},"custom_attributes":{}}}]}`
  );
};

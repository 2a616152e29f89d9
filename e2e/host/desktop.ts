/** The session bus of the desktop: who offers notifications and a keyring, and calls to them. Absent without a bus. */
import dbus from 'dbus-next';
import type { MessageBus, Message } from 'dbus-next';

export type Address = { service: string; path: string; face: string };

export type Desktop = {
  /** Resolves when it is known what the desktop offers; never rejects. */
  ready: Promise<void>;
  /** True when some process offers, or can be started to offer, this service. */
  offers: (service: string) => boolean;
  /** One method call; resolves to the values of the answer. */
  call: (to: Address, member: string, signature: string, body: unknown[]) => Promise<unknown[]>;
  /** Calls back for each signal with this interface and member. */
  onSignal: (face: string, member: string, listener: (body: unknown[]) => void) => void;
  /** The keyring password that secrets are encrypted with, once `ready`; null without a keyring. */
  keyringPassword: () => string | null;
  close: () => Promise<void>;
};

const busItself: Address = {
  service: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  face: 'org.freedesktop.DBus',
};

export function connectDesktop(): Desktop {
  const services = new Set<string>();
  const listeners: { face: string; member: string; listener: (body: unknown[]) => void }[] = [];
  let bus: MessageBus | null = null;
  let password: string | null = null;

  async function call(to: Address, member: string, signature: string, body: unknown[]): Promise<unknown[]> {
    if (!bus) throw new Error('no session bus');
    const answer = await bus.call(
      new dbus.Message({
        destination: to.service,
        path: to.path,
        interface: to.face,
        member,
        signature,
        body,
      }),
    );
    return (answer?.body ?? []) as unknown[];
  }

  async function connect(address: string): Promise<void> {
    const connection = dbus.sessionBus({ busAddress: address });
    await new Promise<void>((resolve, reject) => {
      connection.on('connect', resolve);
      connection.on('error', reject);
    });
    bus = connection;
    connection.on('error', () => {
      bus = null;
    });
    connection.on('message', (message: Message) => {
      for (const { face, member, listener } of listeners) {
        if (message.interface === face && message.member === member) listener(message.body as unknown[]);
      }
    });
    for (const method of ['ListNames', 'ListActivatableNames']) {
      const [names] = await call(busItself, method, '', []);
      for (const name of names as string[]) services.add(name);
    }
    await Promise.all(
      ['org.freedesktop.Notifications'].map((face) =>
        call(busItself, 'AddMatch', 's', [`type='signal',interface='${face}'`]),
      ),
    );
    if (services.has('org.freedesktop.secrets')) password = await keyringPassword(call).catch(() => null);
  }

  const address = process.env['DBUS_SESSION_BUS_ADDRESS'];
  return {
    ready: address ? connect(address).catch(() => undefined) : Promise.resolve(),
    offers: (service) => bus !== null && services.has(service),
    call,
    onSignal: (face, member, listener) => void listeners.push({ face, member, listener }),
    keyringPassword: () => password,
    close: async () => {
      bus?.disconnect();
      bus = null;
    },
  };
}

const secrets = 'org.freedesktop.secrets';
const application = 'live-agent-supervisor-stand-in';

/** Finds the password of this application in the Secret Service, or stores a new one, as Chromium does. */
async function keyringPassword(call: Desktop['call']): Promise<string> {
  const service = {
    service: secrets,
    path: '/org/freedesktop/secrets',
    face: 'org.freedesktop.Secret.Service',
  };
  const [, session] = await call(service, 'OpenSession', 'sv', ['plain', new dbus.Variant('s', '')]);
  const attributes = { 'xdg:schema': 'chrome_libsecret_os_crypt_password_v2', application };
  const [unlocked] = await call(service, 'SearchItems', 'a{ss}', [attributes]);
  const [item] = unlocked as string[];
  if (item) {
    const [found] = await call(service, 'GetSecrets', 'aoo', [[item], session]);
    const [, , value] = (found as Record<string, [string, Buffer, Buffer, string]>)[item] ?? [];
    if (value) return Buffer.from(value).toString('utf8');
  }
  const password = crypto.randomUUID();
  const collection = {
    service: secrets,
    path: '/org/freedesktop/secrets/aliases/default',
    face: 'org.freedesktop.Secret.Collection',
  };
  const properties = {
    'org.freedesktop.Secret.Item.Label': new dbus.Variant('s', 'Live Agent Supervisor (stand-in)'),
    'org.freedesktop.Secret.Item.Attributes': new dbus.Variant('a{ss}', attributes),
  };
  const secret = [session, Buffer.alloc(0), Buffer.from(password, 'utf8'), 'text/plain'];
  await call(collection, 'CreateItem', 'a{sv}(oayays)b', [properties, secret, true]);
  return password;
}

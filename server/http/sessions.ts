/** E-mail and password sessions: opaque tokens, one per signed-in device. */
import type { Random } from '../random.ts';
import type { User } from '../model.ts';
import type { SessionHeaders } from './router.ts';

const lifespan = 60 * 24 * 3600;
const mostDevices = 25;

interface Device {
  client: string;
  token: string;
  expiry: number;
}

export interface Sessions {
  /** Signs a user in on a new device. */
  open(user: User, now: number): SessionHeaders;
  /** Headers of a valid session, or null. */
  check(user: User, client: string, token: string, now: number): SessionHeaders | null;
  close(user: User, client: string): void;
}

function headersOf(user: User, device: Device): SessionHeaders {
  const values = {
    'access-token': device.token,
    'token-type': 'Bearer',
    client: device.client,
    expiry: String(device.expiry),
    uid: user.email,
  };
  return { ...values, authorization: `Bearer ${Buffer.from(JSON.stringify(values)).toString('base64')}` };
}

export function createSessions(random: Random): Sessions {
  const devices = new Map<number, Device[]>();
  return {
    open: (user, now) => {
      const device: Device = {
        client: random.token(22),
        token: random.token(22),
        expiry: Math.floor(now) + lifespan,
      };
      devices.set(user.id, [...(devices.get(user.id) ?? []), device].slice(-mostDevices));
      return headersOf(user, device);
    },
    check: (user, client, token, now) => {
      const device = devices.get(user.id)?.find((one) => one.client === client && one.token === token);
      return device === undefined || device.expiry < now ? null : headersOf(user, device);
    },
    close: (user, client) => {
      devices.set(
        user.id,
        (devices.get(user.id) ?? []).filter((one) => one.client !== client),
      );
    },
  };
}

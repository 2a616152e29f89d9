/** Frames are exactly those of the protocol. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  confirmed,
  data,
  disconnect,
  ping,
  readAction,
  readClientFrame,
  readIdentifier,
  welcome,
} from './frames.ts';

describe('frames of the server', () => {
  it('have the literal forms', () => {
    expect(welcome()).toBe('{"type":"welcome"}');
    expect(ping(1769850103)).toBe('{"type":"ping","message":1769850103}');
    expect(disconnect('server_restart', true)).toBe(
      '{"type":"disconnect","reason":"server_restart","reconnect":true}',
    );
    expect(data('S', 'assignee.changed', { id: 1 })).toBe(
      '{"identifier":"S","message":{"event":"assignee.changed","data":{"id":1}}}',
    );
  });

  it('echo any identifier verbatim', () => {
    fc.assert(
      fc.property(fc.string(), (identifier) => {
        expect((JSON.parse(confirmed(identifier)) as { identifier: string }).identifier).toBe(identifier);
      }),
    );
  });
});

describe('frames of a client', () => {
  it('are read, and anything else is nothing', () => {
    expect(readClientFrame('{"command":"subscribe","identifier":"S"}')).toEqual({
      command: 'subscribe',
      identifier: 'S',
    });
    expect(readClientFrame('{"command":"message","identifier":"S","data":"{}"}')).toEqual({
      command: 'message',
      identifier: 'S',
      data: '{}',
    });
    for (const raw of [
      '',
      '[]',
      '{"command":"dance","identifier":"S"}',
      '{"command":"subscribe"}',
      'null',
      '{"command":"message","identifier":"S"}',
    ]) {
      expect(readClientFrame(raw)).toBeNull();
    }
  });

  it('never throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (raw) => {
        readClientFrame(raw);
        readIdentifier(raw);
        readAction(raw);
      }),
    );
  });

  it('name the room by token, account and user', () => {
    expect(
      readIdentifier('{"channel":"RoomChannel","pubsub_token":"t","account_id":3,"user_id":12}'),
    ).toEqual({
      token: 't',
      accountId: 3,
      userId: 12,
    });
    expect(readIdentifier('{"channel":"RoomChannel","pubsub_token":"t","account_id":3}')?.userId).toBeNull();
    expect(readIdentifier('{"channel":"OtherChannel","pubsub_token":"t"}')).toBeNull();
    expect(readAction('{"action":"update_presence"}')).toBe('update_presence');
  });
});

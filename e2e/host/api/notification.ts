/** `Notification` as Electron has it on Linux: over D-Bus, with a title, a body and one default action. */
import { EventEmitter } from 'node:events';
import dbus from 'dbus-next';
import type { Desktop } from '../desktop.ts';

const face = 'org.freedesktop.Notifications';
const server = { service: face, path: '/org/freedesktop/Notifications', face };

export type NotificationOptions = { title?: string; body?: string; silent?: boolean; id?: string };

export type StandInNotification = EventEmitter & {
  readonly title: string;
  readonly body: string;
  show: () => void;
  close: () => void;
};

export function createNotification(desktop: Desktop): {
  new (options?: NotificationOptions): StandInNotification;
  isSupported: () => boolean;
} {
  const shown = new Map<number, EventEmitter>();
  desktop.onSignal(face, 'ActionInvoked', ([id, action]) => {
    if (action === 'default') shown.get(id as number)?.emit('click', {});
  });
  desktop.onSignal(face, 'NotificationClosed', ([id]) => {
    shown.get(id as number)?.emit('close', {});
    shown.delete(id as number);
  });

  return class Notification extends EventEmitter {
    static isSupported(): boolean {
      return desktop.offers(face);
    }

    readonly title: string;
    readonly body: string;
    private numbered: number | null = null;

    constructor(options: NotificationOptions = {}) {
      super();
      this.title = options.title ?? '';
      this.body = options.body ?? '';
    }

    show(): void {
      const hints = { urgency: new dbus.Variant('y', 1) };
      const fields = [
        'Live Agent Supervisor',
        this.numbered ?? 0,
        '',
        this.title,
        this.body,
        ['default', 'View'],
        hints,
        -1,
      ];
      desktop.call(server, 'Notify', 'susssasa{sv}i', fields).then(
        ([id]) => {
          this.numbered = id as number;
          shown.set(this.numbered, this);
          this.emit('show', {});
        },
        (error: unknown) => this.emit('failed', {}, String(error)),
      );
    }

    close(): void {
      if (this.numbered === null) return;
      void desktop.call(server, 'CloseNotification', 'u', [this.numbered]).catch(() => undefined);
    }
  };
}

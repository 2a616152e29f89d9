/** Small marks that say something by shape and colour: avatar, presence, priority, channel, waiting time, chips. */
import {
  Clock,
  ClockAlert,
  Globe,
  Inbox,
  type LucideIcon,
  Mail,
  MessageCircle,
  MessageSquare,
  Phone,
  Send,
  Smartphone,
} from 'lucide-react';
import type { Card, Presence } from '../../contract/model.ts';
import css from './controls.module.css';
import { hueOf, initials } from './names.ts';
import type { Translate } from './strings.ts';
import { durationWords, minutesSince, waitLevel } from './time.ts';

/** Each presence has a shape of its own: full disc, square with a bar, half moon, ring, dashed ring. */
export const PresenceMark = ({ presence }: { presence: Presence }) => (
  <svg
    className={css.presence}
    data-presence={presence}
    width="11"
    height="11"
    viewBox="0 0 12 12"
    aria-hidden="true"
  >
    {presence === 'online' && <circle cx="6" cy="6" r="5" fill="currentColor" />}
    {presence === 'busy' && (
      <path
        fillRule="evenodd"
        fill="currentColor"
        d="M3 1h6a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2Zm0 4v2h6V5H3Z"
      />
    )}
    {presence === 'away' && <path fill="currentColor" d="M6 1a5 5 0 1 0 5 5 4 4 0 0 1-5-5Z" />}
    {presence === 'offline' && (
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" />
    )}
    {presence === 'unknown' && (
      <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2" strokeDasharray="2.2 2" />
    )}
  </svg>
);

type AvatarProps = {
  name: string;
  presence?: Presence | null;
  kind?: 'agent' | 'team' | 'bot' | 'none' | 'alarm';
  size?: 'normal' | 'small';
};

export const Avatar = ({ name, presence = null, kind = 'agent', size = 'normal' }: AvatarProps) => (
  <span
    className={css.avatar}
    aria-hidden="true"
    data-size={size}
    data-shape={kind === 'agent' ? 'round' : 'square'}
    data-hue={kind === 'agent' ? hueOf(name) : kind === 'team' ? 'team' : kind === 'alarm' ? 'alarm' : 'none'}
  >
    {kind === 'alarm' || kind === 'none' ? <Inbox size={size === 'small' ? 12 : 16} /> : initials(name)}
    {presence !== null && (
      <span className={css.avatarDot}>
        <PresenceMark presence={presence} />
      </span>
    )}
  </span>
);

const PRIORITY: Record<string, number> = { low: 1, medium: 2, high: 3, urgent: 4, escalation: 4 };

/** 0 = none; an unknown priority counts as medium, its own word is shown in Details. */
export const priorityLevel = (priority: string | null): number =>
  priority === null ? 0 : (PRIORITY[priority] ?? 2);

/** Three bars, filled by level; urgent and escalation are a filled square with a mark. */
export const PriorityMark = ({ priority }: { priority: string | null }) => {
  const level = priorityLevel(priority);
  if (level === 0) return null;
  return (
    <svg
      className={css.priority}
      data-level={level}
      width="14"
      height="14"
      viewBox="0 0 14 14"
      aria-hidden="true"
    >
      {level === 4 ? (
        <path
          fillRule="evenodd"
          fill="currentColor"
          d="M3.5 1h7A2.5 2.5 0 0 1 13 3.5v7a2.5 2.5 0 0 1-2.5 2.5h-7A2.5 2.5 0 0 1 1 10.5v-7A2.5 2.5 0 0 1 3.5 1Zm2.7 2.5.2 4.5h1.2l.2-4.5H6.2ZM7 9a.9.9 0 1 0 0 1.8A.9.9 0 0 0 7 9Z"
        />
      ) : (
        [1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4 - 3}
            y={11 - bar * 3}
            width="3"
            height={bar * 3 + 1}
            rx="1"
            {...(bar <= level ? { 'data-on': '' } : {})}
          />
        ))
      )}
    </svg>
  );
};

const CHANNELS: Record<string, LucideIcon> = {
  WebWidget: MessageSquare,
  Api: Globe,
  Email: Mail,
  Whatsapp: Phone,
  TwilioSms: Smartphone,
  Sms: Smartphone,
  Telegram: Send,
  Line: MessageCircle,
  FacebookPage: MessageCircle,
  Instagram: MessageCircle,
};

const channelShort = (channel: string): string => channel.replace(/^Channel::/u, '');

export const ChannelMark = ({ channel }: { channel: string }) => {
  const Icon = CHANNELS[channelShort(channel)] ?? MessageSquare;
  return <Icon size={14} strokeWidth={2} aria-hidden="true" />;
};

/** "Whatsapp", "Email": the server's own name without its prefix. */
export const channelWords = (channel: string): string =>
  channelShort(channel).replace(/(?<=[a-z])(?=[A-Z])/gu, ' ');

/** What the waiting mark says: words for the eye and for the ear. */
export const waitWords = (
  t: Translate,
  card: Pick<Card, 'waitingSince' | 'waitingAtLeast' | 'status' | 'assignee'>,
  now: number,
): { level: 'none' | 'calm' | 'soon' | 'long'; short: string; spoken: string } => {
  if (card.waitingSince === null) {
    const short =
      card.status !== 'open' ? card.status : t(card.assignee ? 'ui.wait.answered' : 'ui.wait.none');
    return { level: 'none', short, spoken: short };
  }
  const minutes = minutesSince(card.waitingSince, now);
  const time = durationWords(t, minutes);
  return {
    level: waitLevel(minutes),
    // A lower bound of nothing says nothing.
    short: card.waitingAtLeast && minutes > 0 ? `≥ ${time}` : time,
    spoken: t(card.waitingAtLeast && minutes > 0 ? 'ui.wait.spokenAtLeast' : 'ui.wait.spoken', { time }),
  };
};

export const WaitMark = ({ level, text }: { level: 'none' | 'calm' | 'soon' | 'long'; text: string }) => (
  <span className={css.wait} data-level={level}>
    {level === 'long' || level === 'soon' ? (
      <ClockAlert size={13} aria-hidden="true" />
    ) : level === 'calm' ? (
      <Clock size={13} aria-hidden="true" />
    ) : null}
    {text}
  </span>
);

type ChipProps = { look?: 'plain' | 'team' | 'warn'; dot?: string | undefined; children: string };

export const Chip = ({ look = 'plain', dot, children }: ChipProps) => (
  <span className={css.chip} data-look={look}>
    {dot !== undefined && <span className={css.dot} style={{ backgroundColor: dot }} />}
    <span className={css.chipText}>{children}</span>
  </span>
);

type BadgeProps = { count: number; tone?: 'plain' | 'warn' | 'bad' };

export const Badge = ({ count, tone = 'plain' }: BadgeProps) => (
  <span className={css.badge} data-tone={tone}>
    {count > 99 ? '99+' : count}
  </span>
);

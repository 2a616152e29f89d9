/** What the network does to requests and sockets at a moment: named kinds of weather with the odds of each fault. */

export type RequestOdds = {
  /** Never arrives, and the client knows at once. */
  unreachable: number;
  /** Never arrives, the client waits until its timeout. */
  lost: number;
  /** The server acts, the answer is lost. */
  answerLost: number;
  /** The server acts, the connection breaks in the answer. */
  broken: number;
  throttled: number;
  /** 500 or 503 before the server acts. */
  failing: number;
  /** 502 or 504 of a proxy after the server acted. */
  gateway: number;
  /** A page of HTML with status 200, from somebody else. */
  captive: number;
  /** The server acts, the JSON arrives cut or garbled with status 200. */
  garbled: number;
  /** Takes seconds, perhaps longer than the client waits. */
  slow: number;
};

export type SocketOdds = {
  /** An open connection is closed, per ping. */
  drop: number;
  /** An open connection goes silent without closing, per ping. */
  zombie: number;
  /** Opening fails. */
  refuse: number;
  /** Events never sent. */
  eventLost: number;
  /** Events sent twice. */
  eventTwice: number;
  /** Most milliseconds that an event or job is late; reorders them. */
  lateness: number;
  /** Texts that mean nothing, per ping. */
  noise: number;
};

export type Weather = {
  name: string;
  requests: Partial<RequestOdds>;
  sockets: Partial<SocketOdds>;
  /** Round-trip time in ms, lowest and highest. */
  latency: [number, number];
};

export const clearWeather: Weather = {
  name: 'clear',
  requests: {},
  sockets: { lateness: 300 },
  latency: [10, 120],
};

/** Every kind of weather a run may meet. */
export const weathers: Record<string, Weather> = {
  clear: clearWeather,
  rough: {
    name: 'rough',
    requests: {
      unreachable: 0.05,
      lost: 0.03,
      answerLost: 0.06,
      broken: 0.04,
      throttled: 0.02,
      failing: 0.05,
      gateway: 0.05,
      captive: 0.02,
      garbled: 0.04,
      slow: 0.1,
    },
    sockets: {
      drop: 0.03,
      zombie: 0.02,
      refuse: 0.1,
      eventLost: 0.1,
      eventTwice: 0.1,
      lateness: 4000,
      noise: 0.05,
    },
    latency: [20, 1500],
  },
  'answers-lost': {
    name: 'answers-lost',
    requests: { answerLost: 0.35, broken: 0.1, gateway: 0.1 },
    sockets: { lateness: 2000 },
    latency: [20, 400],
  },
  'events-lost': {
    name: 'events-lost',
    requests: {},
    sockets: { eventLost: 0.6, eventTwice: 0.2, lateness: 8000, noise: 0.1 },
    latency: [10, 200],
  },
  partition: {
    name: 'partition',
    requests: { unreachable: 1 },
    sockets: { zombie: 0.6, drop: 0.4, refuse: 1 },
    latency: [10, 100],
  },
  'black-hole': {
    name: 'black-hole',
    requests: { lost: 1 },
    sockets: { zombie: 1, refuse: 1 },
    latency: [10, 100],
  },
  captive: { name: 'captive', requests: { captive: 1 }, sockets: { drop: 0.7, refuse: 1 }, latency: [5, 50] },
  failing: {
    name: 'failing',
    requests: { failing: 0.7, gateway: 0.2 },
    sockets: { drop: 0.1, refuse: 0.3, lateness: 5000 },
    latency: [20, 600],
  },
  throttled: {
    name: 'throttled',
    requests: { throttled: 0.6 },
    sockets: { lateness: 500 },
    latency: [10, 120],
  },
  slow: { name: 'slow', requests: { slow: 0.7 }, sockets: { lateness: 9000 }, latency: [400, 5000] },
  flapping: {
    name: 'flapping',
    requests: { unreachable: 0.4, answerLost: 0.1 },
    sockets: { drop: 0.4, refuse: 0.4, lateness: 1000 },
    latency: [10, 300],
  },
};

/** How often each kind comes. */
export const weatherWeights: Record<string, number> = {
  clear: 8,
  rough: 5,
  'answers-lost': 3,
  'events-lost': 3,
  partition: 3,
  'black-hole': 1,
  captive: 1,
  failing: 1,
  throttled: 1,
  slow: 1,
  flapping: 1,
};

/** Reads the body of an answer where it arrived, so that only what we keep of it crosses to another thread. */
import type { HttpAnswer, HttpRequest } from '../ports.ts';
import { parseJson } from './wire/json.ts';
import { readPage } from './wire/list.ts';

/** The answer with what its body says instead of the body, when the request asks for that and it is a success. */
export const readBody = (request: HttpRequest, answer: HttpAnswer): HttpAnswer => {
  const { reads } = request;
  if (reads === undefined || answer.kind !== 'answered') return answer;
  if (answer.status < 200 || answer.status >= 300) return answer;
  return {
    ...answer,
    body: '',
    read: { value: readPage(parseJson(answer.body), { via: 'rest', since: reads.since }) },
  };
};

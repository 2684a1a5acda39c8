import { describe, expect, it } from '@jest/globals';
import {
  problemOf,
  RequestFailed,
  toFieldProblems,
  toProblem,
  UNREACHABLE,
  type Problem,
} from './problem.js';

const problem: Problem = {
  status: 422,
  code: 'invalid_input',
  title: 'The input is not valid',
  detail: 'One thing has to be put right.',
  errors: [{ pointer: '/name', code: 'malformed', detail: 'must not be empty' }],
  request_id: 'req_1',
};

describe('the problems of an input', () => {
  it('stand at the field that the pointer names', () => {
    expect(toFieldProblems(problem, ['id', 'name'])).toEqual({
      fields: { name: 'Must not be empty.' },
      general: [],
    });
  });

  it('stand at the list when the pointer names one of its members, all together', () => {
    const errors = [
      { pointer: '/scopes/0', code: 'malformed', detail: 'must be printable' },
      { pointer: '/scopes/2', code: 'malformed', detail: 'must be shorter' },
    ];
    expect(toFieldProblems({ ...problem, errors }, ['scopes']).fields).toEqual({
      scopes: 'Must be printable. Must be shorter.',
    });
  });

  it('stand at the field that shows a member under another name', () => {
    const errors = [{ pointer: '/tls_client_auth_subject_dn', code: 'malformed', detail: 'is no name' }];
    const sorted = toFieldProblems({ ...problem, errors }, ['name'], { tls_client_auth_subject_dn: 'name' });
    expect(sorted.fields).toEqual({ name: 'Is no name.' });
  });

  it('are told in general, with the member, when no field shows it', () => {
    const errors = [
      { pointer: '', code: 'malformed', detail: 'must be an object' },
      { pointer: '/a~1b', code: 'unknown', detail: 'is not known' },
    ];
    expect(toFieldProblems({ ...problem, errors }, ['name'])).toEqual({
      fields: {},
      general: ['Must be an object.', 'a/b: Is not known.'],
    });
  });

  it('are the detail alone when nothing is listed (409, for instance)', () => {
    expect(toFieldProblems({ ...problem, errors: [] }, ['name']).general).toEqual([problem.detail]);
  });
});

describe('an answer that is not a success', () => {
  it('is read as the problem that it is', () => {
    expect(toProblem(422, problem)).toEqual(problem);
  });

  it('has its detail made a sentence, for it stands alone', () => {
    expect(toProblem(401, { ...problem, detail: 'this link was used' }).detail).toBe('This link was used.');
  });

  it.each([undefined, 'Bad Gateway', { errors: 'many' }])('is a problem even when its body is %p', (body) => {
    expect(toProblem(502, body)).toMatchObject({ status: 502, code: 'unknown', errors: [] });
  });

  it('is found again in what was thrown', () => {
    expect(problemOf(new RequestFailed(UNREACHABLE))).toBe(UNREACHABLE);
  });

  it('is not made up from a mistake of the page', () => {
    expect(problemOf(new TypeError('x is undefined'))).toMatchObject({ code: 'page_failed' });
  });
});

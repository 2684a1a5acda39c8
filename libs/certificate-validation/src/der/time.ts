import { Malformed } from '../fault.js';
import { TAG, type DerValue } from './reader.js';

/**
 * A validity bound (RFC 5280 §4.1.2.5): UTCTime or GeneralizedTime, with seconds, in UTC written as `Z`, no
 * fractions. Does NOT insist on UTCTime before 2050: both forms name the same second.
 */
export function timeOf({ tag, contents }: DerValue): Date {
  if (tag !== TAG.utcTime && tag !== TAG.generalizedTime) throw new Malformed('der.tag');
  const text = Buffer.from(contents).toString('latin1');
  const match = (tag === TAG.utcTime ? UTC_TIME : GENERALIZED_TIME).exec(text);
  if (match === null) throw new Malformed('cert.time_encoding');
  const [, yearText = '', month = '', day = '', hour = '', minute = '', second = ''] = match;
  const iso = `${tag === TAG.utcTime ? centuryOf(yearText) : ''}${yearText}-${month}-${day}T${hour}:${minute}:${second}`;
  const time = new Date(`${iso}.000Z`);
  // The round trip refuses 30 February and 24:00, which Date would carry over.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== `${iso}.000Z`) {
    throw new Malformed('cert.time_encoding');
  }
  return time;
}

/** RFC 5280 §4.1.2.5.1: 50 to 99 mean 19xx. */
const centuryOf = (year: string): string => (Number(year) >= 50 ? '19' : '20');

const UTC_TIME = /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
const GENERALIZED_TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;

import { useState } from 'react';
import { useList } from '../api/queries.js';
import { holdOf, type Reading } from '../certificates/use-insight.js';
import { EMPTY_IDENTITY, type IdentityDraft, type Mode } from './identity.js';

/** The labels of its fields. */
export const IDENTITY_LABELS = {
  anchor: 'Trust anchor',
  name: 'Name',
  certificate: 'Certificate',
  jwks_uri: 'Address of the JWK Set',
};

/** What an application of this partner is to be recognised by, while it is typed. */
export function useIdentityDraft(partner: string, mode: Mode) {
  const [draft, setDraft] = useState<IdentityDraft>({ ...EMPTY_IDENTITY, mode });
  const [reading, setReading] = useState<Reading>();
  const anchors = useList('anchors', { partner, limit: '200' }).items;
  const [only, ...more] = anchors;
  // With one anchor there is nothing to choose.
  const isGiven = draft.anchor === '' && only !== undefined && more.length === 0;
  const identity = isGiven ? { ...draft, anchor: only.id } : draft;
  return {
    identity,
    hold: holdOf(reading, identity.pins.length),
    setMode: (mode: Mode) => {
      setReading(undefined);
      setDraft((old) => ({ ...old, mode }));
    },
    /** For `IdentityFields`. */
    fields: { draft: identity, onDraft: setDraft, onReading: setReading, anchors, partner },
  };
}

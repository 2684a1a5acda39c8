/** What a certificate is going to be registered for (RFC 8705 §2.1, §2.2; a trust anchor is the CA of §2.1). */
export type IntendedUse =
  | {
      readonly mode: 'match-by-name';
      readonly field: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';
      /** Subjects (RFC 4514) of the partner's trust anchors and their intermediates, where the caller knows them. */
      readonly anchorSubjects?: readonly string[];
      /** Whether the chosen trust anchor excepts certificates for servers only at the moment; absent: it does not. */
      readonly serverAuthExcepted?: boolean;
    }
  | {
      readonly mode: 'pin-certificate';
      /** What of it counts; `certificate` if absent. */
      readonly match?: 'certificate' | 'public-key';
    }
  | {
      readonly mode: 'trust-anchor';
      /** Whether it is to be added with an exception for certificates for servers only; absent: it is not. */
      readonly serverAuthExcepted?: boolean;
    };

/** Certificates as read: the leaf first, then its issuers. */
export type Chain<T> = readonly [T, ...T[]];

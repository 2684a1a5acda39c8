// Made by tools/generate from the admin API's OpenAPI document; do not edit.
export interface paths {
  '/api/v1/partners': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Partners, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Partners, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Partner'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Create a partner */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewPartner'];
        };
      };
      responses: {
        /** @description Create a partner */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Partner'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/partners/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One partner */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description One partner */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Partner'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Rename a partner */
    patch: {
      parameters: {
        query?: never;
        header: {
          'If-Match': string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['PartnerChange'];
        };
      };
      responses: {
        /** @description Rename a partner */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Partner'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    trace?: never;
  };
  '/api/v1/partners/{id}/suspend': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** No new tokens for any client of the partner */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description No new tokens for any client of the partner */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Partner'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/partners/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tokens again */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Tokens again */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Partner'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/anchors': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Trust anchors, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          partner?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Trust anchors, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Anchor'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Add a trust anchor */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewAnchor'];
        };
      };
      responses: {
        /** @description Add a trust anchor */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Anchor'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/anchors/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One trust anchor */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description One trust anchor */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Anchor'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    /** Until when certificates without clientAuth count under the anchor */
    patch: {
      parameters: {
        query?: never;
        header: {
          'If-Match': string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['AnchorChange'];
        };
      };
      responses: {
        /** @description Until when certificates without clientAuth count under the anchor */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Anchor'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    trace?: never;
  };
  '/api/v1/anchors/{id}/suspend': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** It vouches for nobody, and tokens of those for whom it did stop counting */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description It vouches for nobody, and tokens of those for whom it did stop counting */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Anchor'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/anchors/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** It vouches again */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description It vouches again */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Anchor'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/revocation-lists': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** CRLs at hand, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          anchor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description CRLs at hand, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['RevocationList'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Upload a CRL for an anchor */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewRevocationList'];
        };
      };
      responses: {
        /** @description Upload a CRL for an anchor */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['RevocationList'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/revocation-sources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Where CRLs are fetched from, and how that goes, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          anchor?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Where CRLs are fetched from, and how that goes, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['RevocationSource'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clients': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Clients, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          partner?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Clients, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Client'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Create a client with its first credential */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewClient'];
        };
      };
      responses: {
        /** @description Create a client with its first credential */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Client'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clients/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** One client */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description One client */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Client'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clients/{id}/suspend': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** No new tokens for the client */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description No new tokens for the client */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Client'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/clients/{id}/resume': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Tokens again */
    post: {
      parameters: {
        query?: never;
        header?: {
          'If-Match'?: string;
        };
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Tokens again */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Client'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Credentials, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          client?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Credentials, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Credential'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Add a credential to a client */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewCredential'];
        };
      };
      responses: {
        /** @description Add a credential to a client */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Credential'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{id}/retire': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Take a credential out of use for good */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Take a credential out of use for good */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Credential'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/credentials/{id}/revoke': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** The same, and the tokens that it has got stop counting */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The same, and the tokens that it has got stop counting */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Credential'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/certificate-blocks': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Nobody gets or uses a token with this certificate */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewCertificateBlock'];
        };
      };
      responses: {
        /** @description Nobody gets or uses a token with this certificate */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['CertificateBlock'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/certificate-blocks/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Take a block back; the id is the thumbprint */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Take a block back; the id is the thumbprint */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['CertificateBlock'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/deny-entries': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** What no longer counts although a token says so, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description What no longer counts although a token says so, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['DenyEntry'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/signing-keys': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The keys that the token service signs with, by purpose, oldest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The keys that the token service signs with, by purpose, oldest first */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['SigningKey'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/key-rotations': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Order a new signing key */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['KeyRotationOrder'];
        };
      };
      responses: {
        /** @description Order a new signing key */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['KeyRotation'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/signing-keys/{id}/withdraw': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Nothing that the key has signed counts any more, for good; the id is the kid */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Nothing that the key has signed counts any more, for good; the id is the kid */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['SigningKey'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/key-sets': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Key sets (jwks_uri) and how fetching them goes, by credential */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          client?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Key sets (jwks_uri) and how fetching them goes, by credential */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['KeySet'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/certificates:validate': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** What a certificate, bundle, JWK Set or request is, and whether it will do; nothing is stored */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['CertificateToValidate'];
        };
      };
      responses: {
        /** @description What a certificate, bundle, JWK Set or request is, and whether it will do; nothing is stored */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['CertificateReport'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/certificates:identify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /** Whose certificate it is: the credentials that it fits, and whether their anchors accept it; nothing is stored */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['CertificateToIdentify'];
        };
      };
      responses: {
        /** @description Whose certificate it is: the credentials that it fits, and whether their anchors accept it; nothing is stored */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['CertificateIdentity'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/resources': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Resources, by audience */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Resources, by audience */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Resource'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Create a resource */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewResource'];
        };
      };
      responses: {
        /** @description Create a resource */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Resource'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/grants': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Grants, by id */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          client?: string;
          resource?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Grants, by id */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['Grant'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    /** Grant scopes of a resource to a client */
    post: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody: {
        content: {
          'application/json': components['schemas']['NewGrant'];
        };
      };
      responses: {
        /** @description Grant scopes of a resource to a client */
        201: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Grant'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/grants/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    post?: never;
    /** Remove a grant */
    delete: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Remove a grant */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['Grant'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/token-requests': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recent token requests with outcome and reason, newest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          client?: string;
          partner?: string;
          outcome?: 'issued' | 'refused';
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Recent token requests with outcome and reason, newest first */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['TokenRequestEntry'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** The audit trail, newest first */
    get: {
      parameters: {
        query?: {
          limit?: number;
          after?: string;
          client?: string;
          partner?: string;
          kind?: string;
          request_id?: string;
        };
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description The audit trail, newest first */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['AuditEntry'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit/requests/{id}': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** All that is known about one request */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path: {
          id: string;
        };
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description All that is known about one request */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': {
              items: components['schemas']['AuditEntry'][];
              next: string | null;
            };
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/api/v1/audit/verify': {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    /** Recompute the hash chains of the audit trail */
    get: {
      parameters: {
        query?: never;
        header?: never;
        path?: never;
        cookie?: never;
      };
      requestBody?: never;
      responses: {
        /** @description Recompute the hash chains of the audit trail */
        200: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/json': components['schemas']['AuditVerification'];
          };
        };
        /** @description A problem */
        default: {
          headers: {
            [name: string]: unknown;
          };
          content: {
            'application/problem+json': components['schemas']['Problem'];
          };
        };
      };
    };
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    SigningKey: {
      kid: string;
      /** @enum {string} */
      purpose: 'access_token' | 'deny_feed';
      /** @enum {string} */
      state: 'next' | 'active' | 'retiring' | 'retired' | 'withdrawn';
      created_at: string;
      activates_at: string;
      replace_at: string | null;
      withdrawn_at: string | null;
    };
    KeyRotationOrder: {
      /** @enum {string} */
      purpose: 'access_token' | 'deny_feed';
      /** Format: date-time */
      activates_at?: string;
    };
    KeyRotation: {
      /** @enum {string} */
      purpose: 'access_token' | 'deny_feed';
      replaces: string;
      activates_at: string;
    };
    Partner: {
      id: string;
      name: string;
      /** @enum {string} */
      status: 'active' | 'suspended';
    };
    NewPartner: {
      id: string;
      name: string;
    };
    PartnerChange: {
      name: string;
    };
    Anchor: {
      id: string;
      partner: string;
      subject: string;
      key: string;
      not_after: string;
      intermediates: {
        subject: string;
        not_after: string;
      }[];
      /** @enum {string} */
      revocation: 'off' | 'soft' | 'hard';
      server_auth_until: string | null;
      /** @enum {string} */
      status: 'active' | 'suspended';
    };
    NewAnchor: {
      id: string;
      partner: string;
      certificate: string;
      /** @enum {string} */
      revocation: 'off' | 'soft' | 'hard';
      /** Format: date-time */
      server_auth_until?: string;
    };
    AnchorChange: {
      server_auth_until: string | null;
    };
    RevocationList: {
      id: string;
      anchor: string;
      source: string;
      issuer: string;
      this_update: string;
      next_update: string | null;
      stored_at: string;
      revoked: number;
      /** @enum {string} */
      state: 'fresh' | 'stale';
    };
    NewRevocationList: {
      anchor: string;
      crl: string;
    };
    RevocationSource: {
      id: string;
      anchor: string;
      /** @enum {string} */
      kind: 'crl' | 'ocsp';
      url: string;
      certificate: string | null;
      status: ('good' | 'revoked') | null;
      fresh_until: string | null;
      last_success: string | null;
      last_error: string | null;
      next_due: string;
    };
    Client: {
      id: string;
      partner: string;
      /** @enum {string} */
      token_endpoint_auth_method: 'tls_client_auth' | 'self_signed_tls_client_auth';
      /** @enum {string} */
      status: 'active' | 'suspended';
    };
    NewClient: {
      id: string;
      partner: string;
      /** @enum {string} */
      token_endpoint_auth_method: 'tls_client_auth' | 'self_signed_tls_client_auth';
      anchor?: string;
      tls_client_auth_subject_dn?: string;
      tls_client_auth_san_dns?: string;
      tls_client_auth_san_uri?: string;
      tls_client_auth_san_ip?: string;
      tls_client_auth_san_email?: string;
      certificate?: string;
      jwks?: {
        keys: {
          [key: string]: unknown;
        }[];
      } & {
        [key: string]: unknown;
      };
      jwks_uri?: string;
      /** @enum {string} */
      match?: 'certificate' | 'public-key';
    };
    Credential:
      | {
          /** @enum {string} */
          kind: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';
          id: string;
          client: string;
          anchor: string;
          value: string;
        }
      | {
          /** @constant */
          kind: 'certificate';
          id: string;
          client: string;
          /** @enum {string} */
          match: 'certificate' | 'public-key';
          subject: string;
          'x5t#S256': string;
          not_after: string;
        }
      | {
          /** @constant */
          kind: 'jwks_uri';
          id: string;
          client: string;
          url: string;
        };
    NewCredential: {
      client: string;
      anchor?: string;
      tls_client_auth_subject_dn?: string;
      tls_client_auth_san_dns?: string;
      tls_client_auth_san_uri?: string;
      tls_client_auth_san_ip?: string;
      tls_client_auth_san_email?: string;
      certificate?: string;
      jwks?: {
        keys: {
          [key: string]: unknown;
        }[];
      } & {
        [key: string]: unknown;
      };
      jwks_uri?: string;
      /** @enum {string} */
      match?: 'certificate' | 'public-key';
    };
    CertificateBlock: {
      'x5t#S256': string;
      blocked: boolean;
      note: string | null;
    };
    NewCertificateBlock: {
      'x5t#S256': string;
      note?: string;
    };
    DenyEntry: {
      id: string;
      /** @enum {string} */
      kind: 'partner' | 'client' | 'thumbprint' | 'grant' | 'jti' | 'kid';
      partner: string | null;
      client: string | null;
      resource: string | null;
      'x5t#S256': string | null;
      jti: string | null;
      kid: string | null;
      issued_before: string | null;
      denied_at: string;
      expires_at: string | null;
      denied_by: string | null;
      note: string | null;
      clients: string[];
    };
    KeySet: {
      credential: string;
      client: string;
      url: string;
      thumbprints: string[];
      fetched_at: string | null;
      fresh_until: string | null;
      last_error: string | null;
      next_due: string;
    };
    CertificateToIdentify: {
      certificate?: string;
      'x5t#S256'?: string;
    };
    CertificateIdentity: {
      'x5t#S256': string;
      blocked: boolean;
      credentials: {
        partner: string;
        credential:
          | {
              /** @enum {string} */
              kind: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';
              id: string;
              client: string;
              anchor: string;
              value: string;
            }
          | {
              /** @constant */
              kind: 'certificate';
              id: string;
              client: string;
              /** @enum {string} */
              match: 'certificate' | 'public-key';
              subject: string;
              'x5t#S256': string;
              not_after: string;
            }
          | {
              /** @constant */
              kind: 'jwks_uri';
              id: string;
              client: string;
              url: string;
            };
        acceptance: {
          anchor: string;
          accepted: boolean;
          reason: string | null;
          meaning: string | null;
          remedy: string | null;
          fault: string | null;
          depth: number | null;
          revocation_unknown: string | null;
        } | null;
      }[];
    };
    CertificateToValidate: {
      certificate: string;
      /** @enum {string} */
      use: 'name' | 'pin' | 'anchor';
      /** @enum {string} */
      field?: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';
      anchor?: string;
    };
    CertificateReport: {
      /** @enum {string} */
      kind: 'certificates' | 'pkcs7' | 'jwks' | 'request';
      usable: boolean;
      certificates: {
        jwk: number | null;
        subject: string;
        issuer: string;
        serial: string;
        names: string[];
        not_before: string;
        not_after: string;
        key: string;
        signature: string;
        authority: boolean;
        key_usage: string[] | null;
        extended_key_usage: string[] | null;
        'x5t#S256': string;
        sha256: string;
        pem: string;
      }[];
      keys: {
        jwk: number;
        kid: string | null;
        use: string | null;
        alg: string | null;
        key: string;
      }[];
      request: {
        subject: string;
        names: string[];
        key: string;
        signature: string;
        authority: boolean;
        key_usage: string[] | null;
        extended_key_usage: string[] | null;
        /** @enum {string} */
        possession: 'proven' | 'not_proven' | 'unknown';
      } | null;
      registrable: {
        /** @enum {string} */
        field: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email';
        value: string;
      }[];
      findings: {
        code: string;
        /** @enum {string} */
        level: 'error' | 'warning' | 'ok';
        text: string;
        remedy: string | null;
        command: string | null;
        jwk: number | null;
      }[];
      acceptance: {
        anchor: string;
        accepted: boolean;
        reason: string | null;
        meaning: string | null;
        remedy: string | null;
        fault: string | null;
        depth: number | null;
        revocation_unknown: string | null;
      } | null;
    };
    Resource: {
      audience: string;
      partner: string;
      scopes: string[];
    };
    NewResource: {
      audience: string;
      partner: string;
      scopes: string[];
    };
    Grant: {
      id: string;
      client: string;
      resource: string;
      scopes: string[];
    };
    NewGrant: {
      client: string;
      resource: string;
      scopes: string[];
    };
    TokenRequestEntry: {
      at: string;
      /** @enum {string} */
      outcome: 'issued' | 'refused';
      reason: string | null;
      told: boolean | null;
      meaning: string | null;
      remedy: string | null;
      client: string | null;
      partner: string | null;
      request_id: string | null;
      source: string | null;
      detail: {
        [key: string]: unknown;
      };
    };
    AuditEntry: {
      stream: string | null;
      seq: number | null;
      at: string;
      kind: string;
      actor: string;
      partner: string | null;
      client: string | null;
      request_id: string | null;
      reason: string | null;
      detail: {
        [key: string]: unknown;
      };
    };
    AuditVerification: {
      intact: boolean;
      streams: number;
      events: number;
      faults: {
        stream: string;
        seq: number;
        fault: string;
      }[];
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      /** @enum {string} */
      code:
        | 'invalid_input'
        | 'not_found'
        | 'already_exists'
        | 'identity_taken'
        | 'not_allowed'
        | 'precondition_failed'
        | 'precondition_required'
        | 'unauthenticated'
        | 'link_unusable'
        | 'last_passkey'
        | 'forbidden'
        | 'too_many_requests'
        | 'unavailable'
        | 'method_not_allowed'
        | 'body_too_large'
        | 'media_type_unsupported'
        | 'headers_too_large'
        | 'internal_error';
      detail: string;
      errors: {
        pointer: string;
        code: string;
        detail: string;
      }[];
      request_id: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

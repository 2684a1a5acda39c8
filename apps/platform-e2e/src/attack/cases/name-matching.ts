import { encodeAttribute, encodeName, TAG, type LeafOptions } from '@holdfast/test-pki';
import { toIdentity, uniqueName, validNow } from '../../harness/identity.js';
import { newClient, registerClient, type ClientToRegister } from '../../harness/partners.js';
import { credentialsForm, jsonRequest } from '../../harness/token-endpoint.js';
import { ACCEPTED, invalidClient, type AttackCase, type Attempt } from '../attack-case.js';
import type { AttackWorld } from '../attack-world.js';
import { tokenAttempt } from './client-authentication.js';

type Leaf = Partial<Pick<LeafOptions, 'subject' | 'san'>>;
type Leaves = Readonly<Record<string, Leaf>>;

/** A registered name, and the certificates of the partner's own authority that are it and that are not. */
interface NameCase {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly names: readonly {
    /** Client metadata of RFC 8705 §2.1.2. */
    readonly registered: ClientToRegister['identity'];
    /** At least one: without it, refusals prove nothing. */
    readonly accepted: Leaves;
    readonly refused: Leaves;
  }[];
  /** Names that nobody can register: 422. */
  readonly unregistrable?: readonly ClientToRegister['identity'][];
}

const CN = '2.5.4.3';
const O = '2.5.4.10';
const OU = '2.5.4.11';
const attribute = (type: string, text: string, tag?: number, encoding: BufferEncoding = 'utf8'): Uint8Array =>
  encodeAttribute(type, Uint8Array.from(Buffer.from(text, encoding)), tag);
/** `O=Acme` and a common name of any string type. */
const commonName = (value: Uint8Array): Leaf => ({ subject: encodeName([attribute(O, 'Acme')], [value]) });
const bmp = (text: string): Uint8Array =>
  encodeAttribute(CN, Uint8Array.from(Buffer.from(text, 'utf16le').swap16()), TAG.bmpString);

const CASES: readonly NameCase[] = [
  {
    id: 'CV-16',
    title: 'refuses a registered DNS name that stands in the common name only',
    source: 'RFC 8705 §2.1.2',
    names: [
      {
        registered: { tls_client_auth_san_dns: 'cv16.partner.example' },
        accepted: { 'as DNS name': { san: { dns: ['CV16.partner.example'] } } },
        refused: { 'as common name': { subject: 'CN=cv16.partner.example' } },
      },
    ],
  },
  {
    id: 'CV-17',
    title: 'knows no wildcard, neither in the certificate nor at registration',
    source: 'RFC 8705 §7.5',
    names: [
      {
        registered: { tls_client_auth_san_dns: 'cv17.partner.example' },
        accepted: { 'the name': { san: { dns: ['cv17.partner.example'] } } },
        refused: { 'a wildcard': { san: { dns: ['*.partner.example'] } } },
      },
    ],
    unregistrable: [{ tls_client_auth_san_dns: '*.partner.example' }],
  },
  {
    id: 'CV-19',
    title: 'refuses a DNS name that is smuggled into a URI',
    source: 'CVE-2021-44532',
    names: [
      {
        registered: { tls_client_auth_san_dns: 'cv19.partner.example' },
        accepted: { 'beside a URI': { san: { uri: ['http://x/'], dns: ['cv19.partner.example'] } } },
        refused: { 'inside a URI': { san: { uri: ['http://x/, DNS:cv19.partner.example'] } } },
      },
    ],
  },
  {
    id: 'CV-21',
    title: 'compares addresses as octets: mapped ones and texts are others, spellings are not',
    source: 'RFC 8705 §2.1.2; CVE-2020-36477',
    names: [
      {
        registered: { tls_client_auth_san_ip: '10.0.0.21' },
        accepted: { IPv4: { san: { ip: ['10.0.0.21'] } } },
        refused: {
          'IPv4-mapped': { san: { ip: ['::ffff:a00:15'] } },
          'as DNS name': { san: { dns: ['10.0.0.21'] } },
        },
      },
      {
        registered: { tls_client_auth_san_ip: '2001:DB8:0:0::21' },
        accepted: { IPv6: { san: { ip: ['2001:db8::21'] } } },
        refused: { 'another one': { san: { ip: ['2001:db8::2:1'] } } },
      },
    ],
    unregistrable: [{ tls_client_auth_san_ip: '10.0.0.0/8' }, { tls_client_auth_san_ip: '010.0.0.1' }],
  },
  {
    id: 'CV-22',
    title: 'never matches a subject in the other order',
    source: 'RFC 4514 §2.1',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'O=Acme,CN=cv-22' },
        accepted: { 'this order': { subject: 'O=Acme,CN=cv-22' } },
        refused: { 'the other order': { subject: 'CN=cv-22,O=Acme' } },
      },
      {
        registered: { tls_client_auth_subject_dn: 'CN=cv-22 b,O=Acme' },
        accepted: { 'this order': { subject: 'CN=cv-22 b,O=Acme' } },
        refused: { 'the other order': { subject: 'O=Acme,CN=cv-22 b' } },
      },
    ],
  },
  {
    id: 'CV-23',
    title: 'takes the attributes of one RDN in any order, but not from two RDNs',
    source: 'RFC 4517 §4.2.15',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=cv-23+OU=x' },
        accepted: {
          'one order': { subject: encodeName([attribute(CN, 'cv-23'), attribute(OU, 'x')]) },
          'the other': { subject: encodeName([attribute(OU, 'x'), attribute(CN, 'cv-23')]) },
        },
        refused: {
          'two RDNs': { subject: encodeName([attribute(OU, 'x')], [attribute(CN, 'cv-23')]) },
          'two RDNs in the other order': {
            subject: encodeName([attribute(CN, 'cv-23')], [attribute(OU, 'x')]),
          },
        },
      },
    ],
  },
  {
    id: 'CV-25',
    title: 'refuses a value that reads like more of the subject',
    source: 'RFC 4514 §2.4',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=cv-25,O=Acme' },
        accepted: { 'the subject': { subject: 'CN=cv-25,O=Acme' } },
        refused: {
          'a comma in the value': { subject: encodeName([attribute(CN, 'cv-25,O=Acme')]) },
          'one more in the value': { subject: encodeName([attribute(O, 'Acme,CN=cv-25')]) },
        },
      },
    ],
  },
  {
    id: 'CV-27',
    title: 'compares text of different string types, but no look-alikes and no TeletexString',
    source: 'RFC 4518; RFC 4517',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=cv-27,O=Acme' },
        accepted: {
          PrintableString: commonName(attribute(CN, 'cv-27', TAG.printableString)),
          UTF8String: commonName(attribute(CN, 'cv-27')),
          BMPString: commonName(bmp('cv-27')),
        },
        refused: {
          TeletexString: commonName(attribute(CN, 'cv-27', TAG.teletexString, 'latin1')),
          'a Cyrillic look-alike': commonName(attribute(CN, '\u0441v-27')),
        },
      },
    ],
  },
  {
    id: 'CV-29',
    title: 'refuses a subject that begins with the registered one, or has more',
    source: 'RFC 8705 §2.1.2',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=cv-29' },
        accepted: { 'the subject': { subject: 'CN=cv-29' } },
        refused: {
          'one part more below': { subject: 'CN=cv-29,O=x' },
          'one part more above': { subject: 'O=x,CN=cv-29' },
          'a longer value': { subject: 'CN=cv-290' },
        },
      },
    ],
  },
  {
    id: 'CV-30',
    title: 'takes patterns literally, or not at all',
    source: 'keycloak#50213',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=*' },
        accepted: { 'an asterisk': { subject: encodeName([attribute(CN, '*')]) } },
        refused: { 'another name': { subject: 'CN=cv-30' } },
      },
      {
        registered: { tls_client_auth_subject_dn: 'CN=(a\\+)\\+$' },
        accepted: { 'the same characters': { subject: encodeName([attribute(CN, '(a+)+$')]) } },
        refused: { 'what the pattern would match': { subject: `CN=${'a'.repeat(40)}` } },
      },
    ],
    unregistrable: [
      { tls_client_auth_subject_dn: '.*' },
      { tls_client_auth_subject_dn: '(a+)+$' },
      { tls_client_auth_san_uri: '.*' },
    ],
  },
  {
    id: 'CV-31',
    title: 'ignores case and doubled spaces in a subject, and nothing in a URI',
    source: 'RFC 4518; RFC 5280 §7.4',
    names: [
      {
        registered: { tls_client_auth_subject_dn: 'CN=Cv-31 Partner' },
        accepted: { 'other case, more spaces': { subject: encodeName([attribute(CN, 'CV-31   PARTNER')]) } },
        refused: { 'no space': { subject: 'CN=Cv-31Partner' } },
      },
      {
        registered: { tls_client_auth_san_uri: 'https://partner.example/CV-31' },
        accepted: { 'the URI': { san: { uri: ['urn:x', 'https://partner.example/CV-31'] } } },
        refused: { 'a path in other case': { san: { uri: ['https://partner.example/cv-31'] } } },
      },
      {
        registered: { tls_client_auth_san_email: 'Orders@CV-31.example' },
        accepted: { 'a domain in other case': { san: { email: ['Orders@cv-31.EXAMPLE'] } } },
        refused: {
          'a local part in other case': { san: { email: ['orders@cv-31.example'] } },
          'the emailAddress of the subject': { subject: 'E=Orders@cv-31.example' },
        },
      },
    ],
  },
];

/** §3.2 of the catalogue: whose certificate is it (RFC 8705 §2.1.2)? */
export const NAME_MATCHING: readonly AttackCase[] = CASES.map(({ names, unregistrable = [], ...text }) => ({
  ...text,
  attempts: async (world) => {
    const attempts: Attempt[] = [];
    for (const name of names) attempts.push(...(await nameAttempts(world, name)));
    for (const identity of unregistrable) attempts.push(await registrationAttempt(world, identity));
    return attempts;
  },
}));

async function nameAttempts(
  world: AttackWorld,
  { registered, accepted, refused }: NameCase['names'][number],
): Promise<readonly Attempt[]> {
  const issue = ({ subject = 'CN=somebody', san }: Leaf) =>
    world.victim.root.issue({ subject, san, extendedKeyUsage: ['clientAuth'], ...validNow() });
  const [first] = Object.values(accepted);
  if (first === undefined) throw new Error('a name that nothing matches proves nothing');
  const clientId = uniqueName('cv');
  const client = { clientId, identity: registered, leaf: await issue(first) };
  await registerClient(world.operator, world.victim, client);
  const attempt = async (name: string, leaf: Leaf, expected: Attempt['expected']): Promise<Attempt> =>
    tokenAttempt(world, name, toIdentity(await issue(leaf)), credentialsForm(clientId), expected);
  const no = invalidClient('certificate_not_registered');
  return Promise.all([
    ...Object.entries(accepted).map(([name, leaf]) => attempt(name, leaf, ACCEPTED)),
    ...Object.entries(refused).map(([name, leaf]) => attempt(name, leaf, no)),
  ]);
}

/** A registration that must be refused. */
export async function registrationAttempt(
  world: AttackWorld,
  identity: ClientToRegister['identity'],
): Promise<Attempt> {
  const body = newClient(world.victim, uniqueName('cv'), identity);
  const { headers = [], ...request } = jsonRequest('POST', '/api/v1/clients', body);
  return {
    name: `registering ${Object.keys(identity).join(', ')} ${JSON.stringify(Object.values(identity)[0]).slice(0, 40)}`,
    to: world.admin,
    as: world.operator.client.identity,
    send: { ...request, headers: [...headers, ['Authorization', `Bearer ${await world.operator.token()}`]] },
    expected: { status: 422 },
  };
}

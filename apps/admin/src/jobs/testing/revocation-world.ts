import { createServer } from 'node:http';
import { parseCertificate, type StatusSource } from '@holdfast/certificate-validation';
import { parseNewAnchor, type RevocationMode, type RevocationSourceEntry } from '@holdfast/client-registry';
import { OutboundFetch } from '@holdfast/outbound-fetch';
import {
  createDataSource,
  Database,
  RevocationSchedule,
  RevocationSources,
  type RevocationSource,
} from '@holdfast/postgres';
import {
  createAuthority,
  makeOcspResponse,
  makeRevocationList,
  type Authority,
  type IssuedCertificate,
  type OcspStatementOptions,
  type RawExtension,
} from '@holdfast/test-pki';
import { RevocationRefresh, type RefreshReport } from '../revocation-refresh.js';
import { createStorage, LONG, NOON, SOMEBODY, SourceWorld, type TestStorage } from './source-world.js';

export const minutes = (count: number): number => count * 60_000;

export interface ListOptions {
  readonly signer?: Authority;
  /** Minutes from NOON. */
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly extensions?: readonly RawExtension[];
}

/** A partner's CA under which revocation is asked, its server for CRLs on loopback, and the jobs of two replicas. */
export class RevocationWorld extends SourceWorld<RevocationSource, RefreshReport> {
  static async create(): Promise<RevocationWorld> {
    const authority = await createAuthority({ subject: 'CN=Partner CA', ...LONG });
    const world = new RevocationWorld(await createStorage(), authority);
    await world.listen(createServer);
    await world.registry.createPartner(SOMEBODY, { id: 'acme', name: 'Acme' });
    await world.addAnchor('acme-ca', authority, 'hard');
    return world;
  }

  readonly schedule = new RevocationSchedule(this.database);

  private constructor(
    storage: TestStorage,
    readonly authority: Authority,
  ) {
    super(storage);
  }

  get url(): string {
    return `http://${this.host}/ca.crl`;
  }

  async addAnchor(id: string, authority: Authority, revocation: RevocationMode): Promise<void> {
    const anchor = parseNewAnchor({ id, partnerId: 'acme', certificate: authority.pem, revocation }, NOON);
    if (!anchor.accepted) throw new Error(JSON.stringify(anchor.problems));
    const added = await this.registry.addAnchor(SOMEBODY, anchor.value);
    if (!added.written) throw new Error(added.refused);
  }

  /** As the token service notes it, with the rights of that. */
  want(url = this.url, anchorId = 'acme-ca'): Promise<void> {
    return this.note(anchorId, [{ kind: 'crl', url }]);
  }

  /** As the token service notes a certificate that names this world's responder. */
  async wantAnswerAbout(certificate: IssuedCertificate, url = this.url): Promise<void> {
    const [leaf, issuer] = [certificate, this.authority].map(({ der }) => parseCertificate(der));
    if (!leaf?.parsed || !issuer?.parsed) throw new Error('the world is broken');
    const source = { kind: 'ocsp', url, certificate: leaf.certificate, issuer: issuer.certificate } as const;
    await this.note('acme-ca', [source]);
  }

  /** Notes sources, one after the other, and waits until that is done; they are due at NOON. */
  async note(anchorId: string, sources: readonly StatusSource[]): Promise<void> {
    const url = this.test.tokenServiceUrl;
    const dataSource = createDataSource({ url, applicationName: 'test', poolSize: 1 });
    await dataSource.initialize();
    const database = new Database(dataSource);
    let note: Promise<unknown> = Promise.resolve();
    const within: Database['within'] = (...args) => {
      const written = database.within(...args);
      note = written;
      return written;
    };
    const noting = new RevocationSources({ within }, () => undefined);
    for (const source of sources) {
      noting.want(anchorId, [source]);
      await note;
    }
    await dataSource.destroy();
    // The database's clock is not the test's.
    await this.database.dataSource.query(
      'UPDATE revocation_source SET next_due = $1 WHERE last_attempt IS NULL',
      [NOON],
    );
  }

  /** So many more sources of CRLs, all due. */
  flood(count: number): Promise<void> {
    const urls = Array.from({ length: count }, (_, at) => `http://crl.example/${at}`);
    return this.note(
      'acme-ca',
      urls.map((url) => ({ kind: 'crl', url })),
    );
  }

  /** What the authority answers about a certificate, an hour ago and for another hour unless said otherwise. */
  answerAbout(
    certificate: IssuedCertificate,
    status: OcspStatementOptions['status'],
    { signer = this.authority, thisUpdate = -60, nextUpdate = 60 }: ListOptions = {},
  ): Uint8Array {
    const at = (minute: number): Date => new Date(NOON.getTime() + minutes(minute));
    const times = { thisUpdate: at(thisUpdate), nextUpdate: at(nextUpdate) };
    const statement = { certificate: certificate.der, issuer: this.authority, status, ...times };
    return makeOcspResponse(signer, { producedAt: times.thisUpdate, statements: [statement] });
  }

  /** What is shown of the sources. */
  sources(): Promise<readonly RevocationSourceEntry[]> {
    return this.registry.listRevocationSources({ limit: 200, after: undefined }, {});
  }

  /** A CRL, an hour old and good for another hour unless said otherwise. */
  list({
    signer = this.authority,
    thisUpdate = -60,
    nextUpdate = 60,
    extensions = [],
  }: ListOptions = {}): Uint8Array {
    const at = (minute: number): Date => new Date(NOON.getTime() + minutes(minute));
    return makeRevocationList(signer, { thisUpdate: at(thisUpdate), nextUpdate: at(nextUpdate), extensions });
  }

  serve(body: Uint8Array): void {
    this.answer = (_request, response) => void response.end(body);
  }

  refresh(listedHosts: readonly string[] = [this.host]): RevocationRefresh {
    return new RevocationRefresh(
      {
        schedule: this.schedule,
        registry: this.registry,
        outbound: new OutboundFetch(),
        now: () => this.now,
        random: () => 0.5,
        onReport: (report) => this.reports.push(report),
      },
      new Set(listedHosts),
    );
  }

  /** The CRLs at hand: thisUpdate in minutes from NOON. */
  async atHand(): Promise<number[]> {
    const lists = await this.registry.listRevocationLists({ limit: 10, after: undefined }, {});
    return lists.map(({ thisUpdate }) => (thisUpdate.getTime() - NOON.getTime()) / minutes(1));
  }
}

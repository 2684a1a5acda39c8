import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import {
  CertificateToIdentify,
  CertificateToValidate,
  type CertificateIdentity,
  type CertificateReport,
} from '@holdfast/admin-contract';
import { readPasted } from '@holdfast/certificate-insight';
import type { DenyAdministration, RegistryAdministration } from '@holdfast/client-registry';
import { RequireScopes } from '@holdfast/resource-guard/nest';
import { DENIALS, REGISTRY } from '../tokens.js';
import { ADMIN_SCOPE } from './actor.js';
import { findParsedAnchor, requireParsedAnchor } from './anchor-at-hand.js';
import { acceptanceUnder, reportOn } from './certificate-report.js';
import { readGiven } from './certificate-traits.js';
import { InputRefused, parseInput } from './refused-input.js';
import { showCredential } from './views.js';

const ANCHOR_UNUSED = {
  pointer: '/anchor',
  code: 'not_used',
  detail: 'an anchor vouches for names only; leave it away, or ask for use "name"',
};

/** Looks at what somebody wants to register; nothing of it is stored. */
@Controller('api/v1')
@RequireScopes(ADMIN_SCOPE)
export class CertificatesController {
  constructor(
    @Inject(REGISTRY) private readonly registry: RegistryAdministration,
    @Inject(DENIALS) private readonly denials: DenyAdministration,
  ) {}

  /** `::` is a colon to the router, which takes a single one for a parameter. */
  @Post('certificates::validate')
  @HttpCode(200)
  async validate(@Body() body: unknown): Promise<CertificateReport> {
    const asked = parseInput(CertificateToValidate, body);
    if (asked.anchor !== undefined && asked.use !== 'name') throw new InputRefused([ANCHOR_UNUSED]);
    const pasted = await readPasted(asked.certificate);
    if (pasted.kind === 'refused') {
      const [{ code, text, remedy = '' }] = pasted.checks;
      throw new InputRefused([{ pointer: '/certificate', code, detail: `${text} ${remedy}`.trim() }]);
    }
    const presented = 'certificates' in pasted ? pasted.certificates.map(({ der }) => der) : [];
    const anchor =
      asked.anchor === undefined
        ? undefined
        : await requireParsedAnchor(this.registry, asked.anchor, presented);
    return reportOn(pasted, asked, anchor, new Date());
  }

  @Post('certificates::identify')
  @HttpCode(200)
  async identify(@Body() body: unknown): Promise<CertificateIdentity> {
    const { traits, presented } = await readGiven(parseInput(CertificateToIdentify, body));
    const credentials: CertificateIdentity['credentials'] = [];
    for (const { partnerId, credential } of await this.registry.findCredentialsOf(traits)) {
      const shown = showCredential(credential);
      const acceptance = 'anchor' in shown ? await this.#acceptance(shown.anchor, presented) : null;
      credentials.push({ partner: partnerId, credential: shown, acceptance });
    }
    return {
      'x5t#S256': traits.thumbprint,
      blocked: await this.denials.isBlocked(traits.thumbprint),
      credentials,
    };
  }

  async #acceptance(
    id: string,
    presented: readonly Uint8Array[],
  ): Promise<CertificateIdentity['credentials'][number]['acceptance']> {
    const anchor = await findParsedAnchor(this.registry, id, presented);
    return anchor === undefined ? null : acceptanceUnder(anchor, presented, new Date());
  }
}

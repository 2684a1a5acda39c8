import { Option, type Command } from 'commander';
import { withExamples } from './arguments.js';
import { requireHttps } from './connection.js';
import { Failure, outcomeOf } from './failure.js';
import type { HttpsAnswer } from './https-client.js';
import { printable } from './output.js';
import type { Session } from './session.js';
import { withTokenOptions, type TokenOptions } from './token.js';
import { requestToken } from './token-request.js';

type CallOptions = TokenOptions & { readonly method?: string; readonly data?: string };

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** `holdfast call`. */
export function addCallCommand(program: Command, session: Session): void {
  const call = program
    .command('call')
    .description("get a token as a partner's client and call a URL with it; prints the body of the answer")
    .argument('<url>', 'what to call')
    .addOption(
      new Option('-X, --method <method>', 'GET, or POST with --data, when left out').choices(METHODS),
    )
    .option('-d, --data <json>', 'JSON to send');
  withTokenOptions(call).action((target: string, { method, data, scope, resource }: CallOptions) => {
    const url = requireHttps(target, 'URL');
    return session.asPartner(async (http, caller, out) => {
      const { access_token } = await requestToken(http, caller, { scopes: scope, resource });
      const answer = await http.send({
        method: method ?? (data === undefined ? 'GET' : 'POST'),
        url,
        headers: {
          authorization: `Bearer ${access_token}`,
          ...(data === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(data === undefined ? {} : { body: data }),
      });
      out.raw(answer.body);
      if (isSuccess(answer)) return;
      // The body has its own line end or none.
      if (answer.body.length > 0 && answer.body.at(-1) !== NEWLINE) out.say('');
      throw unsuccessful(answer, url);
    });
  });
  withExamples(
    call,
    'call https://localhost:7420/orders --client-id acme-orders --cert acme.pem --key acme.key',
    `call https://localhost:7420/orders --client-id acme-orders --cert acme.pem --key acme.key -d '{"item":"bolts"}'`,
    'call https://localhost:7420/orders/1 --client-id acme-orders --cert acme.pem --key acme.key -X DELETE',
  );
}

const NEWLINE = 0x0a;

const isSuccess = ({ status }: HttpsAnswer): boolean => status >= 200 && status < 300;

function unsuccessful({ status, headers }: HttpsAnswer, url: URL): Failure {
  const challenge = headers['www-authenticate'];
  return new Failure(
    status === 409 ? 'error' : outcomeOf(status),
    `${url.href} answers ${status}.`,
    challenge === undefined ? [] : [`WWW-Authenticate: ${printable(challenge)}`],
  );
}

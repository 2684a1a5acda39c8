import { useList } from '../api/queries.js';
import { toCliLine } from '../parts/cli-line.js';
import { Card, Page } from '../parts/page.js';
import { RouteButton } from '../parts/route-button.js';
import { Empty, Listed } from '../parts/states.js';
import { AnchorTable } from './anchor-table.js';

/** The authorities of all partners. */
export function Anchors() {
  const list = useList('anchors', { limit: '200' });
  const add = (
    <RouteButton to="/anchors/new" search={{}}>
      Add trust anchor
    </RouteButton>
  );
  return (
    <Page title="Trust anchors" actions={add}>
      <Listed
        list={list}
        empty={
          <Empty
            action={add}
            cli={toCliLine('anchor add', ['acme-ca'], {
              partner: 'acme',
              file: 'ca.pem',
              revocation: 'hard',
            })}
          >
            A trust anchor is the authority that issues a partner&apos;s certificates. It vouches for that
            partner only.
          </Empty>
        }
      >
        {(anchors) =>
          [...new Set(anchors.map(({ partner }) => partner))].sort().map((partner) => (
            <div key={partner} style={{ marginBottom: 20 }}>
              <Card title={partner}>
                <AnchorTable anchors={anchors.filter((anchor) => anchor.partner === partner)} />
              </Card>
            </div>
          ))
        }
      </Listed>
    </Page>
  );
}

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Operator } from '../harness/operator.js';
import { sharedStack } from '../harness/stack-under-test.js';

describe('a change of something that others may change too', () => {
  let operator: Operator;

  beforeAll(async () => {
    operator = new Operator(sharedStack());
    await operator.post('partners', { id: 'tagged', name: 'Before' });
  });

  const read = async (): Promise<string> => {
    const { headers } = await operator.call('GET', 'partners/tagged');
    return String(headers['etag']);
  };

  it('is refused without If-Match where it would overwrite (RFC 6585 §3)', async () => {
    expect(await operator.call('PATCH', 'partners/tagged', { name: 'X' })).toMatchObject({
      status: 428,
      json: { code: 'precondition_required' },
    });
  });

  it('is made with the tag that was read, and refused with it the second time (RFC 9110 §13.1.1)', async () => {
    const tag = await read();
    expect(
      await operator.call('PATCH', 'partners/tagged', { name: 'After' }, [['If-Match', tag]]),
    ).toMatchObject({
      status: 200,
      json: { name: 'After' },
    });
    expect(
      await operator.call('PATCH', 'partners/tagged', { name: 'Too late' }, [['If-Match', tag]]),
    ).toMatchObject({
      status: 412,
      json: { code: 'precondition_failed' },
    });
    expect(await operator.get('partners/tagged')).toMatchObject({ name: 'After' });
  });

  it('suspends with a current tag only, if one is sent', async () => {
    const stale = await read();
    await operator.call('PATCH', 'partners/tagged', { name: 'Again' }, [['If-Match', stale]]);
    expect(
      await operator.call('POST', 'partners/tagged/suspend', undefined, [['If-Match', stale]]),
    ).toMatchObject({ status: 412 });
    expect(
      await operator.call('POST', 'partners/tagged/suspend', undefined, [['If-Match', await read()]]),
    ).toMatchObject({
      status: 200,
      json: { status: 'suspended' },
    });
  });
});

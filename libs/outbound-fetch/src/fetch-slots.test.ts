import { describe, expect, it } from '@jest/globals';
import { FetchSlots } from './fetch-slots.js';

/** Work that ends when told, and how much of it runs. */
class Works {
  readonly begun: string[] = [];
  running = 0;
  most = 0;
  private readonly ends: (() => void)[] = [];

  start = (name: string) => async (): Promise<void> => {
    this.begun.push(name);
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await new Promise<void>((end) => this.ends.push(end));
    this.running -= 1;
  };

  async endFirst(): Promise<void> {
    this.ends.shift()?.();
    await new Promise(setImmediate);
  }
}

describe('FetchSlots', () => {
  it('runs four in total and one per host, in the order of arrival', async () => {
    const slots = new FetchSlots({ inTotal: 4, perHost: 1, waiting: 10 });
    const works = new Works();
    const hosts = ['a', 'a', 'b', 'c', 'd', 'e'];
    const all = hosts.map((host, at) => slots.run(host, works.start(`${host}${at}`)));
    await new Promise(setImmediate);
    expect(works.begun).toEqual(['a0', 'b2', 'c3', 'd4']);
    await works.endFirst();
    expect(works.begun.at(-1)).toBe('a1');
    for (const _ of hosts) await works.endFirst();
    await Promise.all(all);
    expect([works.most, works.begun.length]).toEqual([4, 6]);
  });

  it('counts those that had to wait as well', async () => {
    const slots = new FetchSlots({ inTotal: 4, perHost: 1, waiting: 10 });
    const works = new Works();
    const all = ['first', 'second'].map((name) => slots.run('a', works.start(name)));
    await works.endFirst();
    all.push(slots.run('a', works.start('third')));
    await new Promise(setImmediate);
    expect(works.begun).toEqual(['first', 'second']);
    for (const _ of all) await works.endFirst();
    await Promise.all(all);
    expect(works.most).toBe(1);
  });

  it('refuses more than may wait, and frees the slot of work that throws', async () => {
    const slots = new FetchSlots({ inTotal: 1, perHost: 1, waiting: 1 });
    const fails = () => Promise.reject(new Error('broken'));
    const first = slots.run('a', fails);
    const second = slots.run('b', () => Promise.resolve('served'));
    await expect(slots.run('c', fails)).rejects.toMatchObject({ refusal: 'too_busy' });
    await expect(first).rejects.toThrow('broken');
    await expect(second).resolves.toBe('served');
  });
});

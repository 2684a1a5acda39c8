import { get } from 'node:http';
import { text } from 'node:stream/consumers';

/** What a program on this machine counts, as its management port shows it: one line for each figure. */
async function scrape(managementPort: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: managementPort, path: '/metrics', agent: false }, (response) =>
      text(response).then(resolve, reject),
    ).on('error', reject);
  });
}

/** One figure, by its name and labels as they stand on the page; `NaN` where it is absent. */
export async function readMetric(managementPort: number, series: string): Promise<number> {
  const lines = (await scrape(managementPort)).split('\n');
  const line = lines.find((each) => each.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? Number.NaN);
}

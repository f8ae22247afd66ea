/** One GET on a kept connection. */
import { request, type Agent } from 'node:http';

/** The body of a 200; rejects for any other answer, and where none came in 10 s. */
export function get(agent: Agent, url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, timeout: 10_000 });
    call.on('timeout', () => call.destroy(new Error('no answer in 10 s'))).on('error', reject);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      response
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .on('error', reject)
        .on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          if (response.statusCode === 200) resolve(text);
          else reject(new Error(`HTTP ${response.statusCode}: ${text.slice(0, 300)}`));
        });
    });
    call.end();
  });
}

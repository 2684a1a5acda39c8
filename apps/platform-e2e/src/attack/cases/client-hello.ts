import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:tls';

/**
 * A ClientHello (RFC 8446 §4.1.2) whose server name is these octets, which no well-behaved client would send: one that
 * OpenSSL wrote for a harmless name of the same length, with the name replaced.
 */
export async function clientHello(name: Buffer): Promise<Buffer> {
  const harmless = Buffer.alloc(Math.max(name.length, 1), 'x');
  const hello = await capture(harmless.toString('latin1'));
  const at = hello.indexOf(harmless);
  if (at < 0) throw new Error('the ClientHello does not hold its server name');
  name.copy(hello, at);
  // RFC 6066 §3: two octets before the name say how long it is.
  if (name.length === 0) hello.writeUInt16BE(0, at - 2);
  return hello;
}

/** What a client sends first: our server says nothing, so that is all. */
function capture(servername: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        const all = Buffer.concat(chunks);
        // RFC 8446 §5.1: the record's length stands in its octets 3 and 4.
        if (all.length < 5 || all.length < 5 + all.readUInt16BE(3)) return;
        socket.destroy();
        server.close();
        resolve(all);
      });
    });
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      connect({ host: '127.0.0.1', port, servername }).on('error', () => undefined);
    });
  });
}

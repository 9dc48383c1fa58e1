/** The bare side of the API's measure: reads the body and answers as many bytes; run by api.ts as a process. */
import { createServer } from 'node:http';

const body = JSON.stringify({
  AccountId: '1803869963967015',
  Arn: 'acs:ram::1803869963967015:user/administrator',
  IdentityType: 'RAMUser',
  PrincipalId: '217093147612450238',
  RequestId: '873D13B5-DE85-4849-8046-5A218F5306B7',
  UserId: '217093147612450238',
});

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, {
      'content-type': 'application/json;charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`listening at 127.0.0.1:${(server.address() as { port: number }).port}`);
});

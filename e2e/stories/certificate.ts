/** A certificate that signs itself, in DER written by hand: Node can make keys and signatures, but no certificates. */
import { generateKeyPairSync, sign } from 'node:crypto';

/** One DER value: tag, length, content. */
const der = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  if (body.length < 128) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const digits = body.length.toString(16);
  const length = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length]), length, body]);
};

const sequence = (...content: readonly Buffer[]): Buffer => der(0x30, ...content);
const time = (date: Date): Buffer =>
  der(
    0x17,
    Buffer.from(
      `${date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2, 14)}Z`,
    ),
  );
const commonName = (name: string): Buffer =>
  sequence(
    der(0x31, sequence(der(0x06, Buffer.from([0x55, 0x04, 0x03])), der(0x0c, Buffer.from(name, 'utf8')))),
  );
const pem = (label: string, body: Buffer): string =>
  `-----BEGIN ${label}-----\n${(body.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END ${label}-----\n`;

/** ecdsa-with-SHA256. */
const algorithm = sequence(der(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
const DAY_MS = 86_400_000;

/** Key and certificate in PEM for `name`, valid yesterday to tomorrow, vouched for by nobody. */
export const selfSigned = (name: string): { key: string; cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const now = Date.now();
  const body = sequence(
    der(0x02, Buffer.from([1])),
    algorithm,
    commonName(name),
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + DAY_MS))),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, algorithm, der(0x03, Buffer.from([0]), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: pem('CERTIFICATE', certificate),
  };
};

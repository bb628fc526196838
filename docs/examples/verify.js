// Verifies X-Session-Signature with Node's own crypto: that a request's session comes from the gateway. See docs/services.md.
//
// As a program it reads {"method", "target", "headers", "key", "audience", "age"} as JSON from standard input, as
// verify.py does. The key is a JWK: {"kty": "oct", "k": …} for HS256, what `gateway secret --public` prints for EdDSA.
const crypto = require("node:crypto");

// The signed fields by their names in lower case. `headers` is request.headers, `target` request.url.
function verify(method, target, headers, key, audience, age = 60) {
  const [head, detached, mac, ...rest] = (headers["x-session-signature"] ?? "").split(".");
  if (detached !== "" || mac === undefined || rest.length > 0) throw new Error("there is no signature");
  const header = JSON.parse(Buffer.from(head, "base64url").toString());
  // The key says the algorithm, never the message: else a public key could be taken for an HMAC secret.
  const algorithm = key.kty === "oct" ? "HS256" : "EdDSA";
  if (header.typ !== "gateway-session" || header.alg !== algorithm) throw new Error("this is another kind of signature");
  if (header.aud !== audience) throw new Error("this was signed for another service");
  if (Math.abs(Date.now() / 1000 - header.iat) > age) throw new Error("this was signed too long ago, or a clock is wrong");
  // Each line ends in a line feed; a field that is not there is an empty line.
  const fields = header.fields.map((name) => [name, headers[name] ?? ""]);
  const content = [method, target, ...fields.map((field) => field[1])].map((line) => line + "\n").join("");
  const input = Buffer.from(head + "." + Buffer.from(content, "latin1").toString("base64url"));
  const signature = Buffer.from(mac, "base64url");
  let good = false;
  if (algorithm === "HS256") {
    const expected = crypto.createHmac("sha256", Buffer.from(key.k, "base64url")).update(input).digest();
    good = signature.length === expected.length && crypto.timingSafeEqual(signature, expected);
  } else {
    good = crypto.verify(null, input, crypto.createPublicKey({ key, format: "jwk" }), signature);
  }
  if (!good) throw new Error("the signature is not good");
  return Object.fromEntries(fields);
}

if (require.main === module) {
  const request = JSON.parse(require("node:fs").readFileSync(0));
  try {
    const { method, target, headers, key, audience, age } = request;
    process.stdout.write(JSON.stringify(verify(method, target, headers, key, audience, age)));
  } catch (error) {
    process.stderr.write(`refused: ${error.message}\n`);
    process.exit(1);
  }
}

module.exports = { verify };

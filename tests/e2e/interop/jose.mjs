// The library jose as a stranger who signs and verifies. The request is JSON on stdin, the answer JSON on stdout.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = createRequire(`${process.env.CRM_NODE_MODULES}/.`);
const jose = await import(pathToFileURL(modules.resolve("jose")));

const calls = {
  // A private JWK, and the public one as a JWKS has it.
  async make_key() {
    const { privateKey, publicKey } = await jose.generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
    const jwk = await jose.exportJWK(publicKey);
    const kid = await jose.calculateJwkThumbprint(jwk, "sha256");
    return { secret: { ...(await jose.exportJWK(privateKey)), kid }, published: { ...jwk, kid, use: "sig", alg: "EdDSA" } };
  },
  async sign({ secret, header, payload }) {
    const key = await jose.importJWK(secret, "EdDSA");
    return new jose.CompactSign(new TextEncoder().encode(payload)).setProtectedHeader(header).sign(key);
  },
  async verify({ jws, jwks }) {
    const { payload, protectedHeader } = await jose.compactVerify(jws, jose.createLocalJWKSet(jwks), { algorithms: ["EdDSA"] });
    return { header: protectedHeader, payload: new TextDecoder().decode(payload) };
  },
  async verify_jwt({ jws, jwks, typ, issuer, audience }) {
    const expected = { algorithms: ["EdDSA"], typ, issuer, audience, maxTokenAge: "300s", requiredClaims: ["exp", "nbf", "jti", "sub"] };
    const { payload, protectedHeader } = await jose.jwtVerify(jws, jose.createLocalJWKSet(jwks), expected);
    return { header: protectedHeader, payload: JSON.stringify(payload) };
  },
};

const { call, ...given } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(await calls[call](given)));

"""PyJWT as a stranger who signs and verifies. The request is JSON on stdin, the answer JSON on stdout."""

import base64
import hashlib
import json
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm


def make_key():
    """A private JWK, and the public one as a JWKS has it."""
    secret = json.loads(OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate()))
    public = {name: secret[name] for name in ("crv", "kty", "x")}
    digest = hashlib.sha256(json.dumps(public, separators=(",", ":"), sort_keys=True).encode()).digest()
    kid = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return {"secret": {**secret, "kid": kid}, "published": {**public, "kid": kid, "use": "sig", "alg": "EdDSA"}}


def sign(secret, header, payload):
    key = OKPAlgorithm.from_jwk(json.dumps(secret)).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    extra = {name: value for name, value in header.items() if name != "alg"}
    return jwt.api_jws.encode(payload.encode(), key, algorithm=header["alg"], headers=extra)


def key_of(jws, jwks):
    kid = jwt.get_unverified_header(jws)["kid"]
    return next(key.key for key in jwt.PyJWKSet.from_dict(jwks).keys if key.key_id == kid)


def verify(jws, jwks):
    done = jwt.api_jws.decode_complete(jws, key_of(jws, jwks), algorithms=["EdDSA"])
    return {"header": done["header"], "payload": done["payload"].decode()}


def verify_jwt(jws, jwks, typ, issuer, audience):
    done = jwt.api_jwt.decode_complete(jws, key_of(jws, jwks), algorithms=["EdDSA"], issuer=issuer, audience=audience,
                                       options={"require": ["exp", "nbf", "iat", "jti", "sub"]})
    if done["header"]["typ"] != typ:
        raise jwt.InvalidTokenError("another typ")
    return {"header": done["header"], "payload": json.dumps(done["payload"])}


given = json.load(sys.stdin)
json.dump(globals()[given.pop("call")](**given), sys.stdout)

"""Verifies X-Session-Signature: that a request's session comes from the gateway. See docs/services.md.

As a program it reads {"method", "target", "headers", "key", "audience", "age"} as JSON from standard input, prints the
verified fields, and ends with 1 if there is no valid signature. The key is a JWK: {"kty": "oct", "k": …} for HS256, the
public key that `gateway secret --public` prints for EdDSA. Needs joserfc, or jwcrypto.
"""

import base64
import json
import sys
import time


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(method, target, headers, key, audience, age=60):
    """The signed fields by their names in lower case; ValueError if the signature is not good.

    `headers` has names in lower case. `target` is the path with its query, byte for byte as it came.
    """
    signature = headers.get("x-session-signature", "")
    if signature.count(".") != 2 or signature.split(".")[1]:
        raise ValueError("there is no signature")
    head, _, mac = signature.split(".")
    header = json.loads(unpadded(head))
    # The key says the algorithm, never the message: else a public key could be taken for an HMAC secret.
    algorithm = "HS256" if key["kty"] == "oct" else "EdDSA"
    if header.get("typ") != "gateway-session" or header.get("alg") != algorithm:
        raise ValueError("this is another kind of signature")
    if header["aud"] != audience:
        raise ValueError("this was signed for another service")
    if abs(time.time() - header["iat"]) > age:
        raise ValueError("this was signed too long ago, or a clock is wrong")
    # Each line ends in a line feed; a field that is not there is an empty line.
    fields = {name: headers.get(name, "") for name in header["fields"]}
    content = "".join(line + "\n" for line in [method, target, *fields.values()])
    payload = base64.urlsafe_b64encode(content.encode("latin-1")).rstrip(b"=").decode()
    check(f"{head}.{payload}.{mac}", key, algorithm)
    return fields


def check(token, key, algorithm):
    """The signature itself, by a JOSE library."""
    try:
        from joserfc import jwk, jws
        from joserfc.errors import JoseError
    except ImportError:
        check_with_jwcrypto(token, key, algorithm)
        return
    # `aud`, `fields` and others of the header are the gateway's own, which the strict check would not let pass.
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        jws.deserialize_compact(token, jwk.import_key(key), registry=registry)
    except JoseError as error:
        raise ValueError(f"the signature is not good: {error}") from error


def check_with_jwcrypto(token, key, algorithm):
    from jwcrypto import jwk, jws
    from jwcrypto.common import JWException

    try:
        signed = jws.JWS()
        signed.allowed_algs = [algorithm]
        signed.deserialize(token, jwk.JWK(**key))
    except JWException as error:
        raise ValueError(f"the signature is not good: {error}") from error


if __name__ == "__main__":
    request = json.load(sys.stdin)
    try:
        fields = verify(
            request["method"],
            request["target"],
            request["headers"],
            request["key"],
            request["audience"],
            request.get("age", 60),
        )
    except (ValueError, KeyError) as error:
        sys.exit(f"refused: {error}")
    json.dump(fields, sys.stdout)

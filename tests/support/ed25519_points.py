"""The curve of Ed25519 (RFC 8032, section 5.1) in plain arithmetic, for keys that nobody should accept."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
IDENTITY = (0, 1)


def add(a, b):
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def times(count, point):
    result = IDENTITY
    while count:
        if count & 1:
            result = add(result, point)
        point, count = add(point, point), count >> 1
    return result


def x_of(y):
    """One of the two x of a y, or None where the curve has none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    return root if root * root % P == square else None


def encoded(y, sign):
    return (y | sign << 255).to_bytes(32, "little")


def small_order():
    """The eight points whose order divides 8, as {encoding: order}."""
    for y in range(2, 100):
        x = x_of(y)
        base = times(ORDER, (x, y)) if x is not None else IDENTITY
        if times(4, base) != IDENTITY:
            break
    orders = {}
    for count in range(8):
        x, y = times(count, base)
        orders[encoded(y, x & 1)] = next(order for order in (1, 2, 4, 8) if times(order, (x, y)) == IDENTITY)
    return orders


def not_canonical():
    """Every other spelling of a point: y not below P, or a sign of an x that is 0."""
    over = [encoded(y + P, sign) for y in range(19) for sign in (0, 1) if x_of(y) is not None]
    return [*over, encoded(1, 1), encoded(P - 1, 1)]


def forged(key, texts):
    """(text, signature) that every verifier of the plain equation accepts under a key of small order.

    S is 0, so R must be -hA: the identity, for a text whose hash is a multiple of 8.
    """
    signature = IDENTITY[1].to_bytes(32, "little") + bytes(32)
    for text in texts:
        digest = hashlib.sha512(signature[:32] + key + text).digest()
        if int.from_bytes(digest, "little") % ORDER % 8 == 0:
            return text, signature
    raise AssertionError("no text of them all has a fitting hash")


def other_scalar(signature):
    """The same signature with L added to its S, which lenient verifiers accept too."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + ORDER).to_bytes(32, "little")

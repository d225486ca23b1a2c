#ifndef CCRYPTO_H
#define CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

// What signing in needs of OpenSSL's libcrypto, which libcurl has loaded already. Its own headers are mostly
// macros and opaque types that Swift cannot see.

/// Fills `bytes` from the system's source of randomness; 0 when there is none.
int ccrypto_random(uint8_t *bytes, size_t count);

/// SHA-256 of `count` bytes into 32.
int ccrypto_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

/// A private key from PEM text without a passphrase; NULL when it is none. To be freed.
void *ccrypto_key_read(const uint8_t *pem, size_t count);

/// A new key on the curve P-256; NULL without memory or randomness. To be freed.
void *ccrypto_key_generate(void);

/// The key as PEM text without a passphrase. Returns how many of at most `room` bytes it has; 0 when it cannot be
/// written.
size_t ccrypto_key_write(void *key, uint8_t *pem, size_t room);

void ccrypto_key_free(void *key);

enum { ccrypto_key_other = 0, ccrypto_key_p256 = 1, ccrypto_key_rsa = 2 };

/// Of which kind a key is; RSA counts from 2048 bits on.
int ccrypto_key_kind(void *key);

/// Signs with SHA-256: on P-256 as the two numbers of 32 bytes (RFC 7518 section 3.4), with RSA by PKCS #1 v1.5.
/// Returns how many of at most `room` bytes the signature has; 0 when it cannot be made.
size_t ccrypto_sign(void *key, const uint8_t *bytes, size_t count, uint8_t *signature, size_t room);

/// The public point of a key on P-256, its two coordinates of 32 bytes each; 0 for other keys.
int ccrypto_public_point(void *key, uint8_t *x, uint8_t *y);

#endif

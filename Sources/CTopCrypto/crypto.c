#include "CTopCrypto.h"

#include <limits.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

int ccrypto_random(uint8_t *bytes, size_t count) {
  return count <= INT_MAX && RAND_bytes(bytes, (int)count) == 1;
}

int ccrypto_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) {
  return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL) == 1;
}

// Without this one the library asks for a passphrase on the terminal.
static int no_passphrase(char *text, int room, int writing, void *user) {
  (void)text, (void)room, (void)writing, (void)user;
  return 0;
}

void *ccrypto_key_read(const uint8_t *pem, size_t count) {
  if (count > INT_MAX) return NULL;
  BIO *source = BIO_new_mem_buf(pem, (int)count);
  if (!source) return NULL;
  EVP_PKEY *key = PEM_read_bio_PrivateKey(source, NULL, no_passphrase, NULL);
  BIO_free(source);
  // libcurl looks into the same queue for its own errors.
  ERR_clear_error();
  return key;
}

void *ccrypto_key_generate(void) { return EVP_EC_gen("P-256"); }

size_t ccrypto_key_write(void *key, uint8_t *pem, size_t room) {
  BIO *target = BIO_new(BIO_s_mem());
  if (!target) return 0;
  size_t result = 0;
  char *text = NULL;
  if (PEM_write_bio_PKCS8PrivateKey(target, key, NULL, NULL, 0, NULL, NULL) == 1) {
    long length = BIO_get_mem_data(target, &text);
    if (length > 0 && (size_t)length <= room) memcpy(pem, text, result = (size_t)length);
  }
  BIO_free(target);
  ERR_clear_error();
  return result;
}

void ccrypto_key_free(void *key) { EVP_PKEY_free(key); }

int ccrypto_key_kind(void *key) {
  if (EVP_PKEY_is_a(key, "RSA")) return EVP_PKEY_get_bits(key) >= 2048 ? ccrypto_key_rsa : ccrypto_key_other;
  char group[32] = "";
  size_t length = 0;
  if (EVP_PKEY_is_a(key, "EC") && EVP_PKEY_get_group_name(key, group, sizeof group, &length) == 1
      && (strcmp(group, "prime256v1") == 0 || strcmp(group, "P-256") == 0))
    return ccrypto_key_p256;
  return ccrypto_key_other;
}

static size_t fixed_width(const uint8_t *der, size_t length, uint8_t *signature) {
  ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)length);
  if (!pair) return 0;
  int good = BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, 32) == 32
             && BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + 32, 32) == 32;
  ECDSA_SIG_free(pair);
  return good ? 64 : 0;
}

size_t ccrypto_sign(void *key, const uint8_t *bytes, size_t count, uint8_t *signature, size_t room) {
  int kind = ccrypto_key_kind(key);
  uint8_t made[1024];
  size_t length = sizeof made, result = 0;
  if (kind == ccrypto_key_other || EVP_PKEY_get_size(key) > (int)sizeof made) return 0;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) return 0;
  if (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1
      && EVP_DigestSign(context, made, &length, bytes, count) == 1) {
    if (kind == ccrypto_key_p256) {
      if (room >= 64) result = fixed_width(made, length, signature);
    } else if (length <= room) {
      memcpy(signature, made, length);
      result = length;
    }
  }
  EVP_MD_CTX_free(context);
  ERR_clear_error();
  return result;
}

int ccrypto_public_point(void *key, uint8_t *x, uint8_t *y) {
  if (ccrypto_key_kind(key) != ccrypto_key_p256) return 0;
  BIGNUM *left = NULL, *right = NULL;
  int good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_X, &left) == 1
             && EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_EC_PUB_Y, &right) == 1
             && BN_bn2binpad(left, x, 32) == 32 && BN_bn2binpad(right, y, 32) == 32;
  BN_free(left);
  BN_free(right);
  return good;
}

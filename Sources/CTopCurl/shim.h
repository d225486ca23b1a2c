// What Swift cannot call of libcurl: its variadic functions, one typed spelling for each kind of argument.
#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>
#include <stdint.h>
#include <sys/socket.h>

static inline CURLcode ccurl_setopt_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_setopt_string(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_setopt_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_setopt_bytes_in(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

// Bytes, of which libcurl keeps a copy.
static inline CURLcode ccurl_setopt_blob(CURL *easy, CURLoption option, const void *bytes, size_t count) {
  struct curl_blob blob = {(void *)bytes, count, CURL_BLOB_COPY};
  return curl_easy_setopt(easy, option, &blob);
}

// For how many seconds connections share what was read of a bundle of authorities; older libraries share none.
static inline CURLcode ccurl_keep_authorities(CURL *easy, int64_t seconds) {
#if LIBCURL_VERSION_NUM >= 0x075700
  return curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, (long)seconds);
#else
  (void)easy, (void)seconds;
  return CURLE_OK;
#endif
}

static inline CURLcode ccurl_setopt_list(CURL *easy, CURLoption option, struct curl_slist *value) {
  return curl_easy_setopt(easy, option, value);
}

// Body and header bytes have one callback shape.
typedef size_t (*ccurl_bytes_callback)(char *, size_t, size_t, void *);
static inline CURLcode ccurl_setopt_bytes(CURL *easy, CURLoption option, ccurl_bytes_callback value) {
  return curl_easy_setopt(easy, option, value);
}

// Who opens sockets for a transfer.
static inline CURLcode ccurl_on_open_socket(CURL *easy, curl_opensocket_callback value, void *data) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, data);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value) : code;
}

// Asked before a thread is started for a name.
static inline CURLcode ccurl_on_resolve(CURL *easy, curl_resolver_start_callback value, void *data) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, data);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, value) : code;
}

// Asked on a connection before the request goes out on it.
static inline CURLcode ccurl_on_request(CURL *easy, curl_prereq_callback value, void *data) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQDATA, data);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, value) : code;
}

// What libcurl tells of its work, line by line.
static inline CURLcode ccurl_on_trace(CURL *easy, curl_debug_callback value, void *data) {
  curl_easy_setopt(easy, CURLOPT_DEBUGDATA, data);
  CURLcode code = curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, value);
  return code == CURLE_OK ? curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L) : code;
}

// What libcurl would have opened, without what a child process would inherit.
static inline curl_socket_t ccurl_open_socket(const struct curl_sockaddr *address) {
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline CURLcode ccurl_getinfo_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_getinfo_off_t(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_getinfo_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_getinfo_list(CURL *easy, CURLINFO info, struct curl_slist **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_setopt_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_setopt_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_on_socket(CURLM *multi, curl_socket_callback value) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value);
}

static inline CURLMcode ccurl_multi_on_timer(CURLM *multi, curl_multi_timer_callback value) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value);
}

// The message of a finished transfer, without Swift having to read a C union.
static inline CURL *ccurl_next_done(CURLM *multi, CURLcode *result) {
  int left = 0;
  CURLMsg *message;
  while ((message = curl_multi_info_read(multi, &left))) {
    if (message->msg == CURLMSG_DONE) {
      *result = message->data.result;
      return message->easy_handle;
    }
  }
  return NULL;
}

#endif

// zlib, which libcurl has loaded already; its functions that are macros have a typed spelling here.
#ifndef CZLIB_SHIM_H
#define CZLIB_SHIM_H

#include <zlib.h>

// The whole of `input` as one gzip member into `output`: its length, or 0 when it did not go.
static inline unsigned long czlib_gzip(const unsigned char *input, unsigned int length, unsigned char *output,
                                       unsigned int room) {
  z_stream stream = {0};
  // 16 beside the size of the window is gzip's head and foot instead of zlib's.
  int level = Z_DEFAULT_COMPRESSION;
  if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) return 0;
  stream.next_in = (unsigned char *)input;
  stream.avail_in = length;
  stream.next_out = output;
  stream.avail_out = room;
  int result = deflate(&stream, Z_FINISH);
  unsigned long written = stream.total_out;
  deflateEnd(&stream);
  return result == Z_STREAM_END ? written : 0;
}

#endif

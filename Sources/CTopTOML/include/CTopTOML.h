// A TOML text as a row of events, in the order of the text. All that Swift cannot say to toml++ is here.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CTOML_TABLE,
  CTOML_ARRAY,
  CTOML_END,
  CTOML_KEY,
  CTOML_TEXT,
  CTOML_INTEGER,
  CTOML_NUMBER,
  CTOML_FLAG,
  CTOML_DATE,
} ctoml_kind;

// Lines and columns are counted from one; the text belongs to the document.
typedef struct {
  ctoml_kind kind;
  uint32_t line;
  uint32_t column;
  const char *text;
  size_t length;
  int64_t integer;
  double number;
} ctoml_event;

typedef struct ctoml_document ctoml_document;

// Never fails to answer: what is wrong with the text is in the document.
ctoml_document *ctoml_parse(const uint8_t *text, size_t length);
void ctoml_free(ctoml_document *document);

size_t ctoml_count(const ctoml_document *document);
ctoml_event ctoml_event_at(const ctoml_document *document, size_t index);

// What stopped the parser, and where; NULL when nothing did.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);

#ifdef __cplusplus
}
#endif

#include "CTopTOML.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <string>
#include <vector>

namespace {

struct parser_bug : std::exception {};

[[noreturn]] void find_bug() { throw parser_bug(); }

}  // namespace

// The parser takes some things for granted that a text may break, such as a key behind every '['. With NDEBUG
// that is undefined behaviour, without it the end of the process; here it is an error like any other.
#undef NDEBUG
#define TOML_ASSERT(expr) (static_cast<bool>(expr) ? static_cast<void>(0) : find_bug())
#define TOML_EXCEPTIONS 1
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

struct ctoml_document {
  std::vector<ctoml_event> events;
  // Texts stay where they are while more are added.
  std::deque<std::string> texts;
  std::string error;
  toml::source_position place{};
};

namespace {

ctoml_event make(ctoml_kind kind, const toml::source_region &source) {
  ctoml_event event{};
  event.kind = kind;
  event.line = std::max<uint32_t>(1, source.begin.line);
  event.column = std::max<uint32_t>(1, source.begin.column);
  return event;
}

void add_text(ctoml_document &document, ctoml_event event, std::string_view text) {
  document.texts.emplace_back(text);
  event.text = document.texts.back().data();
  event.length = document.texts.back().size();
  document.events.push_back(event);
}

void add(ctoml_document &document, const toml::node &node);

// A table knows its keys by the alphabet; people know them by their places.
void add(ctoml_document &document, const toml::table &table) {
  std::vector<std::pair<const toml::key *, const toml::node *>> entries;
  for (auto &&[key, value] : table) entries.emplace_back(&key, &value);
  std::sort(entries.begin(), entries.end(), [](const auto &left, const auto &right) {
    auto a = left.first->source().begin, b = right.first->source().begin;
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  });
  for (auto &[key, value] : entries) {
    add_text(document, make(CTOML_KEY, key->source()), key->str());
    add(document, *value);
  }
}

void add(ctoml_document &document, const toml::node &node) {
  switch (node.type()) {
    case toml::node_type::table:
      document.events.push_back(make(CTOML_TABLE, node.source()));
      add(document, *node.as_table());
      document.events.push_back(make(CTOML_END, node.source()));
      break;
    case toml::node_type::array:
      document.events.push_back(make(CTOML_ARRAY, node.source()));
      for (auto &&item : *node.as_array()) add(document, item);
      document.events.push_back(make(CTOML_END, node.source()));
      break;
    case toml::node_type::string:
      add_text(document, make(CTOML_TEXT, node.source()), node.as_string()->get());
      break;
    case toml::node_type::integer: {
      auto event = make(CTOML_INTEGER, node.source());
      event.integer = node.as_integer()->get();
      document.events.push_back(event);
      break;
    }
    case toml::node_type::floating_point: {
      auto event = make(CTOML_NUMBER, node.source());
      event.number = node.as_floating_point()->get();
      document.events.push_back(event);
      break;
    }
    case toml::node_type::boolean: {
      auto event = make(CTOML_FLAG, node.source());
      event.integer = node.as_boolean()->get() ? 1 : 0;
      document.events.push_back(event);
      break;
    }
    default: document.events.push_back(make(CTOML_DATE, node.source()));
  }
}

}  // namespace

ctoml_document *ctoml_parse(const uint8_t *text, size_t length) {
  auto *document = new ctoml_document;
  try {
    auto table = toml::parse(std::string_view(reinterpret_cast<const char *>(text), length));
    add(*document, static_cast<const toml::node &>(table));
  } catch (const toml::parse_error &error) {
    document->error = error.description();
    document->place = error.source().begin;
  } catch (const std::exception &) {
    document->error = "a bracket, a quote or a key is missing";
  }
  return document;
}

void ctoml_free(ctoml_document *document) { delete document; }

size_t ctoml_count(const ctoml_document *document) { return document->events.size(); }

ctoml_event ctoml_event_at(const ctoml_document *document, size_t index) { return document->events[index]; }

const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column) {
  if (document->error.empty()) return nullptr;
  *line = std::max<uint32_t>(1, document->place.line);
  *column = std::max<uint32_t>(1, document->place.column);
  return document->error.c_str();
}

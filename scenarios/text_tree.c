/* SPDX-License-Identifier: MIT */
/* Built from the parser's events, so that nothing is kept of what is refused. The text is checked
 * as UTF-8 first, because the reader's own errors carry no mark. */
#include "scenarios/text_tree.h"

#include "sim/error.h"

#include <stdarg.h>
#include <string.h>
#include <yaml.h>

typedef struct Reader {
    yaml_parser_t parser;
    const char *text;
    gsize length;
    const char *name;
} Reader;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(yaml_event_t, yaml_event_delete)

static TextNode *read_node(Reader *reader, const yaml_event_t *event, const char *path,
                           bool is_in_flow, unsigned depth, GError **error);

bool text_place_blame(const TextPlace *place, const char *key, GError **error)
{
    g_autofree char *mark =
        place->line == 0 ? g_strdup("") : g_strdup_printf(":%u:%u", place->line, place->column);
    g_prefix_error(error, "%s%s: %s%s", place->file, mark, key == NULL ? "" : key,
                   key == NULL ? "" : ": ");
    return false;
}

bool text_place_refuse(const TextPlace *place, const char *key, GError **error, const char *format,
                       ...)
{
    va_list arguments;
    if (error == NULL) {
        return false;
    }
    va_start(arguments, format);
    *error = g_error_new_valist(SKEIN_ERROR, SKEIN_ERROR_INPUT, format, arguments);
    va_end(arguments);
    return text_place_blame(place, key, error);
}

/* Line and column of a byte that ends valid text. */
static TextPlace place_at(const char *text, const char *at, const char *name)
{
    TextPlace place = {.file = name, .line = 1, .column = 1};
    for (; text < at; text = g_utf8_next_char(text)) {
        if (*text == '\n' || (*text == '\r' && text[1] != '\n')) {
            place.line++;
            place.column = 1;
        } else {
            place.column++;
        }
    }
    return place;
}

/* Line separators beyond \n and \r are refused as well: editors do not count them as lines, but
 * libyaml does. A byte order mark may stand at the start only. */
static bool is_text(gunichar letter, bool is_first)
{
    if (letter == 0xfeff) {
        return is_first;
    }
    return letter == '\t' || letter == '\n' || letter == '\r' ||
           (letter >= 0x20 && letter < 0x7f) ||
           (letter >= 0xa0 && letter != 0x2028 && letter != 0x2029 && (letter & 0xfffe) != 0xfffe);
}

bool text_check(const char *text, gsize length, const char *name, GError **error)
{
    const char *end = text;
    const bool is_valid = g_utf8_validate_len(text, length, &end);
    for (const char *at = text; at < end; at = g_utf8_next_char(at)) {
        const gunichar letter = g_utf8_get_char(at);
        if (!is_text(letter, at == text)) {
            const TextPlace place = place_at(text, at, name);
            return text_place_refuse(
                &place, NULL, error,
                "found control character U+%04X, expected text without control characters", letter);
        }
    }
    if (!is_valid) {
        const TextPlace place = place_at(text, end, name);
        return text_place_refuse(&place, NULL, error, "found byte 0x%02x, expected UTF-8 text",
                                 (unsigned)(unsigned char)*end);
    }
    return true;
}

static TextPlace place_of(const Reader *reader, yaml_mark_t mark)
{
    return (TextPlace){.file = reader->name,
                       .line = (unsigned)MIN(mark.line, G_MAXUINT - 1) + 1,
                       .column = (unsigned)MIN(mark.column, G_MAXUINT - 1) + 1};
}

/* The letter at a mark, whose index counts letters, not bytes; 0 past the end. */
static gunichar letter_at(const Reader *reader, gsize index)
{
    const char *const end = reader->text + reader->length;
    const char *at = reader->text;
    for (; index > 0 && at < end; index--) {
        at = g_utf8_next_char(at);
    }
    return at < end ? g_utf8_get_char(at) : 0;
}

static bool refuse_malformed(const Reader *reader, GError **error)
{
    const yaml_parser_t *parser = &reader->parser;
    const TextPlace place = place_of(reader, parser->problem_mark);
    const bool is_tab = letter_at(reader, parser->problem_mark.index) == '\t';
    g_autofree char *context = parser->context == NULL
                                   ? g_strdup("")
                                   : g_strdup_printf(" %s that starts at line %u", parser->context,
                                                     place_of(reader, parser->context_mark).line);
    return text_place_refuse(&place, NULL, error, "malformed YAML: %s%s%s",
                             parser->problem == NULL ? "unreadable" : parser->problem, context,
                             is_tab ? "; indent with spaces, not tabs" : "");
}

static bool next_event(Reader *reader, yaml_event_t *ret_event, GError **error)
{
    return yaml_parser_parse(&reader->parser, ret_event) || refuse_malformed(reader, error);
}

/* What YAML can do and a scenario may not. */
static bool check_plain(const Reader *reader, const yaml_event_t *event, const char *path,
                        GError **error)
{
    const TextPlace place = place_of(reader, event->start_mark);
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return text_place_refuse(&place, path, error,
                                 "found alias '*%s', expected the value itself",
                                 event->data.alias.anchor);
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor != NULL) {
        return text_place_refuse(&place, path, error,
                                 "found anchor '&%s', expected a value without an anchor", anchor);
    }
    return tag == NULL || text_place_refuse(&place, path, error,
                                            "found tag '%s', expected a value without a tag", tag);
}

/* A comma inside parentheses has split what was meant as one value. */
static bool check_parentheses(const TextNode *node, const char *path, GError **error)
{
    int open = 0;
    for (const char *at = node->text; *at != '\0'; at++) {
        open += (*at == '(') - (*at == ')');
    }
    return open <= 0 || text_place_refuse(
                            &node->place, path, error,
                            "found '%s', expected a closing parenthesis; a comma splits the values "
                            "in brackets, so put quotes around this one, or write a list of lines "
                            "that start with '-'",
                            node->text);
}

static bool read_list(Reader *reader, TextNode *node, const char *path, unsigned depth,
                      GError **error)
{
    for (;;) {
        g_auto(yaml_event_t) event = {0};
        if (!next_event(reader, &event, error)) {
            return false;
        }
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            return true;
        }
        TextNode *child = read_node(reader, &event, path, !node->is_plain, depth + 1, error);
        if (child == NULL) {
            return false;
        }
        g_ptr_array_add(node->children, child);
    }
}

static bool check_key(const TextNode *key, const char *path, GError **error)
{
    if (key->type != TEXT_SCALAR || *key->text == '\0') {
        g_autofree char *found = text_node_describe(key);
        return text_place_refuse(&key->place, path, error, "found %s, expected the name of a key",
                                 found);
    }
    if (key->is_plain && strcmp(key->text, "<<") == 0) {
        return text_place_refuse(&key->place, path, error,
                                 "found '<<', expected the keys written out, not merged");
    }
    return true;
}

/* The members of a set may repeat; keys with values may not. */
static bool check_twice(const TextNode *node, const char *path, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const guint count = text_node_is_set(node) ? 0 : node->keys->len;
    for (guint i = 0; i < count; i++) {
        TextNode *key = g_ptr_array_index(node->keys, i);
        const TextNode *first = g_hash_table_lookup(seen, key->text);
        if (first != NULL) {
            g_autofree char *full =
                path == NULL ? g_strdup(key->text) : g_strconcat(path, ".", key->text, NULL);
            return text_place_refuse(&key->place, full, error,
                                     "found a second time, expected once (first at line %u)",
                                     first->place.line);
        }
        g_hash_table_insert(seen, key->text, key);
    }
    return true;
}

static bool read_mapping(Reader *reader, TextNode *node, const char *path, unsigned depth,
                         GError **error)
{
    for (;;) {
        g_auto(yaml_event_t) key_event = {0};
        g_auto(yaml_event_t) value_event = {0};
        if (!next_event(reader, &key_event, error)) {
            return false;
        }
        if (key_event.type == YAML_MAPPING_END_EVENT) {
            return check_twice(node, path, error);
        }
        TextNode *key = read_node(reader, &key_event, path, !node->is_plain, depth + 1, error);
        if (key == NULL) {
            return false;
        }
        g_ptr_array_add(node->keys, key);
        if (!check_key(key, path, error) || !next_event(reader, &value_event, error)) {
            return false;
        }
        g_autofree char *full =
            path == NULL ? g_strdup(key->text) : g_strconcat(path, ".", key->text, NULL);
        TextNode *child = read_node(reader, &value_event, full, !node->is_plain, depth + 1, error);
        if (child == NULL) {
            return false;
        }
        g_ptr_array_add(node->children, child);
    }
}

/* The node that starts with this event. path: of the key it belongs to, for messages. */
static TextNode *read_node(Reader *reader, const yaml_event_t *event, const char *path,
                           bool is_in_flow, unsigned depth, GError **error)
{
    g_autoptr(TextNode) node = g_new0(TextNode, 1);
    node->place = place_of(reader, event->start_mark);
    if (!check_plain(reader, event, path, error)) {
        return NULL;
    }
    if (depth > TEXT_TREE_DEPTH_MAX) {
        text_place_refuse(&node->place, path, error, "found more than %d levels, expected fewer",
                          TEXT_TREE_DEPTH_MAX);
        return NULL;
    }
    bool is_read = false;
    if (event->type == YAML_SCALAR_EVENT) {
        node->type = TEXT_SCALAR;
        node->is_plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        node->text = g_strdup((const char *)event->data.scalar.value);
        is_read = !is_in_flow || !node->is_plain || check_parentheses(node, path, error);
    } else if (event->type == YAML_SEQUENCE_START_EVENT) {
        node->type = TEXT_LIST;
        node->is_plain = event->data.sequence_start.style != YAML_FLOW_SEQUENCE_STYLE;
        node->children = g_ptr_array_new_with_free_func((GDestroyNotify)text_node_free);
        is_read = read_list(reader, node, path, depth, error);
    } else {
        g_assert(event->type == YAML_MAPPING_START_EVENT);
        node->type = TEXT_MAPPING;
        node->is_plain = event->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE;
        node->keys = g_ptr_array_new_with_free_func((GDestroyNotify)text_node_free);
        node->children = g_ptr_array_new_with_free_func((GDestroyNotify)text_node_free);
        is_read = read_mapping(reader, node, path, depth, error);
    }
    return is_read ? g_steal_pointer(&node) : NULL;
}

/* From the start of the stream to its end: one document. */
static TextNode *read_stream(Reader *reader, GError **error)
{
    g_autoptr(TextNode) root = NULL;
    for (;;) {
        g_auto(yaml_event_t) event = {0};
        if (!next_event(reader, &event, error)) {
            return NULL;
        }
        const TextPlace place = place_of(reader, event.start_mark);
        if (event.type == YAML_STREAM_END_EVENT) {
            break;
        }
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT) {
            continue;
        }
        if (event.type == YAML_DOCUMENT_START_EVENT) {
            if (root != NULL) {
                text_place_refuse(&place, NULL, error,
                                  "found a second document, expected one document in a file");
                return NULL;
            }
            continue;
        }
        root = read_node(reader, &event, NULL, false, 0, error);
        if (root == NULL) {
            return NULL;
        }
    }
    if (root == NULL || text_node_is_empty(root)) {
        const TextPlace place = {.file = reader->name};
        text_place_refuse(&place, NULL, error,
                          "found an empty file, expected sections such as 'scenario:'");
        return NULL;
    }
    return g_steal_pointer(&root);
}

TextNode *text_tree_new(const char *text, gsize length, const char *name, GError **error)
{
    Reader reader = {.text = text, .length = length, .name = name};
    if (!text_check(text, length, name, error)) {
        return NULL;
    }
    g_assert(yaml_parser_initialize(&reader.parser));
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text, length);
    TextNode *root = read_stream(&reader, error);
    yaml_parser_delete(&reader.parser);
    return root;
}

void text_node_free(TextNode *node)
{
    if (node == NULL) {
        return;
    }
    g_free(node->text);
    g_clear_pointer(&node->keys, g_ptr_array_unref);
    g_clear_pointer(&node->children, g_ptr_array_unref);
    g_free(node);
}

bool text_node_is_empty(const TextNode *node)
{
    return node->type == TEXT_SCALAR && node->is_plain && *node->text == '\0';
}

bool text_node_is_set(const TextNode *node)
{
    if (node->type != TEXT_MAPPING || node->is_plain) {
        return false;
    }
    for (guint i = 0; i < node->children->len; i++) {
        if (!text_node_is_empty(g_ptr_array_index(node->children, i))) {
            return false;
        }
    }
    return true;
}

char *text_node_value(const TextNode *node)
{
    if (node->type == TEXT_SCALAR) {
        return g_strdup(node->text);
    }
    if (!text_node_is_set(node)) {
        return NULL;
    }
    g_autoptr(GString) set = g_string_new("{");
    for (guint i = 0; i < node->keys->len; i++) {
        const TextNode *key = g_ptr_array_index(node->keys, i);
        g_string_append_printf(set, "%s%s", i == 0 ? "" : ", ", key->text);
    }
    g_string_append_c(set, '}');
    return g_string_free(g_steal_pointer(&set), FALSE);
}

char *text_node_describe(const TextNode *node)
{
    if (text_node_is_empty(node)) {
        return g_strdup("nothing");
    }
    if (node->type == TEXT_LIST) {
        return g_strdup("a list");
    }
    g_autofree char *value = text_node_value(node);
    return value == NULL ? g_strdup("a mapping") : g_strdup_printf("'%s'", value);
}

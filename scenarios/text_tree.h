/* SPDX-License-Identifier: MIT */
/* YAML text as a small tree of nodes, each with its line and column, in the order of the text. Only
 * the plain part of YAML is let through, since a scenario is to mean what it seems to say: no
 * anchors, aliases, tags, merge keys, second documents, no key twice in a mapping, at most
 * TEXT_TREE_DEPTH_MAX levels. All scalars stay text.
 *
 * A comma in a flow list splits: `[uniform(1ms, 2ms)]` has two entries. An entry with an open
 * parenthesis is refused here, with the advice to quote it. */
#ifndef SCENARIOS_TEXT_TREE_H
#define SCENARIOS_TEXT_TREE_H

#include <glib.h>
#include <stdbool.h>

#define TEXT_TREE_DEPTH_MAX 8

/* Where something stands. file is borrowed; line and column count characters from 1, 0: unknown. */
typedef struct TextPlace {
    const char *file;
    unsigned line, column;
} TextPlace;

typedef enum TextNodeType { TEXT_SCALAR, TEXT_MAPPING, TEXT_LIST } TextNodeType;

typedef struct TextNode {
    TextNodeType type;
    bool is_plain; /* a scalar without quotes, or a mapping or list without brackets */
    TextPlace place;
    char *text;          /* TEXT_SCALAR */
    GPtrArray *keys;     /* TEXT_MAPPING: of TextNode, all scalars */
    GPtrArray *children; /* TEXT_MAPPING, TEXT_LIST: of TextNode */
} TextNode;

/* name is the file's name for messages; the nodes borrow it. */
TextNode *text_tree_new(const char *text, gsize length, const char *name, GError **error);
void text_node_free(TextNode *node);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TextNode, text_node_free)

/* Nothing was written: `key:` and the end of the line. */
bool text_node_is_empty(const TextNode *node);

/* `{0..9, 12}`: braces, and no key has a value. */
bool text_node_is_set(const TextNode *node);

/* The text of a scalar, or a set written anew: `{0..9, 12}`. NULL for all else. */
char *text_node_value(const TextNode *node);

/* For messages: `'text'`, `a mapping`, `a list`, or `nothing`. */
char *text_node_describe(const TextNode *node);

/* Sets `file:line:column: key: message` and returns false. key may be NULL. */
bool text_place_refuse(const TextPlace *place, const char *key, GError **error, const char *format,
                       ...) G_GNUC_PRINTF(4, 5);

/* Puts `file:line:column: key: ` before an error; returns false. */
bool text_place_blame(const TextPlace *place, const char *key, GError **error);

/* Refuses what is no UTF-8 or has control characters, with line and column. */
bool text_check(const char *text, gsize length, const char *name, GError **error);

#endif

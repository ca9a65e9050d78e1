/* SPDX-License-Identifier: MIT */
/* The attributes of a span or an event: a JSON object as keys with typed values.
 *
 * SQLite's own JSON functions read it. What is no object, or no JSON at all, as a foreign file may
 * have it, is one attribute "attributes" with the text as it stands. Arrays and objects are JSON
 * text. */
#ifndef ANALYSIS_ATTRIBUTE_READER_H
#define ANALYSIS_ATTRIBUTE_READER_H

#include "analysis/export.h"

typedef struct AttributeReader AttributeReader;

typedef enum AttributeType {
    ATTRIBUTE_TEXT,
    ATTRIBUTE_INTEGER,
    ATTRIBUTE_NUMBER,
    ATTRIBUTE_BOOLEAN,
    ATTRIBUTE_NULL,
    ATTRIBUTE_JSON, /* an array or an object; the text is its JSON */
} AttributeType;

typedef struct Attribute {
    Text key, text; /* lent until the next attribute; the text is of any type */
    AttributeType type;
    int64_t integer; /* of an integer or a boolean */
    double number;
} Attribute;

AttributeReader *attribute_reader_new(sqlite3 *database, GError **error);
void attribute_reader_free(AttributeReader *reader);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AttributeReader, attribute_reader_free)

/* Begins with these attributes, borrowed until the last one was read; none for NULL. */
void attribute_reader_begin(AttributeReader *reader, Text json);
/* As database_step(): false at the end and, with the error set, on damage. */
bool attribute_reader_next(AttributeReader *reader, Attribute *attribute, GError **error);

#endif

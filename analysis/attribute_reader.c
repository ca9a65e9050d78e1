/* SPDX-License-Identifier: MIT */
/* Attributes through SQLite's json_each(). */
#include "analysis/attribute_reader.h"

#include <math.h>
#include <string.h>

struct AttributeReader {
    sqlite3_stmt *row;
    bool has_more;
};

AttributeReader *attribute_reader_new(sqlite3 *database, GError **error)
{
    sqlite3_stmt *row = database_prepare(
        database,
        "SELECT key, value, type FROM json_each(CASE WHEN json_valid(?1) AND"
        " json_type(?1) = 'object' THEN ?1 ELSE json_object('attributes', ?1) END)",
        error);
    if (row == NULL) {
        return NULL;
    }
    AttributeReader *reader = g_new0(AttributeReader, 1);
    reader->row = row;
    return reader;
}

void attribute_reader_free(AttributeReader *reader)
{
    if (reader != NULL) {
        sqlite3_finalize(reader->row);
        g_free(reader);
    }
}

void attribute_reader_begin(AttributeReader *reader, Text json)
{
    reader->has_more = json.bytes != NULL && json.size_bytes > 0;
    if (reader->has_more) {
        sqlite3_reset(reader->row);
        sqlite3_bind_text64(reader->row, 1, json.bytes, json.size_bytes, SQLITE_STATIC,
                            SQLITE_UTF8);
    }
}

static AttributeType type_of(const char *name)
{
    static const struct {
        const char *name;
        AttributeType type;
    } types[] = {
        {"integer", ATTRIBUTE_INTEGER}, {"real", ATTRIBUTE_NUMBER}, {"true", ATTRIBUTE_BOOLEAN},
        {"false", ATTRIBUTE_BOOLEAN},   {"array", ATTRIBUTE_JSON},  {"object", ATTRIBUTE_JSON},
        {"null", ATTRIBUTE_NULL},
    };
    for (size_t i = 0; name != NULL && i < G_N_ELEMENTS(types); i++) {
        if (strcmp(name, types[i].name) == 0) {
            return types[i].type;
        }
    }
    return ATTRIBUTE_TEXT;
}

bool attribute_reader_next(AttributeReader *reader, Attribute *attribute, GError **error)
{
    if (!reader->has_more) {
        return false;
    }
    reader->has_more = database_step(reader->row, error);
    if (!reader->has_more) {
        sqlite3_reset(reader->row);
        return false;
    }
    const int stored = sqlite3_column_type(reader->row, 1);
    *attribute = (Attribute){
        .key = export_text(reader->row, 0),
        .type = type_of((const char *)sqlite3_column_text(reader->row, 2)),
        .integer = sqlite3_column_int64(reader->row, 1),
        .number = sqlite3_column_double(reader->row, 1),
    };
    attribute->text = export_text(reader->row, 1);
    /* An integer beyond 63 bits was read as a real number; one beyond those is no number. */
    if (attribute->type == ATTRIBUTE_INTEGER && stored != SQLITE_INTEGER) {
        attribute->type = ATTRIBUTE_NUMBER;
    }
    if (attribute->type == ATTRIBUTE_NUMBER && !isfinite(attribute->number)) {
        attribute->type = ATTRIBUTE_TEXT;
    } else if (attribute->type == ATTRIBUTE_BOOLEAN) {
        attribute->text = attribute->integer != 0 ? (Text){"true", 4} : (Text){"false", 5};
    } else if (attribute->type == ATTRIBUTE_NULL) {
        attribute->text = (Text){"null", 4};
    }
    return true;
}

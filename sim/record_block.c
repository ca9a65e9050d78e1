/* SPDX-License-Identifier: MIT */
#include "sim/record_block.h"

#include <string.h>

typedef struct BlockHeader {
    uint64_t table;
    uint64_t rows_size_bytes, texts_size_bytes;
} BlockHeader;

static bool is_text(RecordColumnType type)
{
    return type == RECORD_COLUMN_KEPT || type == RECORD_COLUMN_TEXT ||
           type == RECORD_COLUMN_DECIMAL;
}

/* A text becomes its offset among the texts plus 1, and no text becomes 0. */
static void append_texts(GByteArray *bytes, const RecordTable *table, size_t rows_start,
                         size_t rows_end)
{
    for (int column = 0; column < table->column_count; column++) {
        if (!is_text(table->columns[column].type)) {
            continue;
        }
        for (size_t row = rows_start; row < rows_end; row += table->row_size) {
            const size_t at = row + table->columns[column].offset;
            const char *text = NULL;
            memcpy(&text, bytes->data + at, sizeof text);
            const uintptr_t offset = text == NULL ? 0 : bytes->len - rows_end + 1;
            memcpy(bytes->data + at, &offset, sizeof offset);
            if (text != NULL) {
                g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text) + 1);
            }
        }
    }
}

void record_block_append(GByteArray *bytes, const RecordChunk *chunk)
{
    const size_t start = bytes->len;
    BlockHeader header = {.table = chunk->table, .rows_size_bytes = chunk->rows_end};
    const size_t rows_start = start + sizeof header;
    g_byte_array_append(bytes, (const guint8 *)&header, sizeof header);
    g_byte_array_append(bytes, (const guint8 *)chunk->bytes, (guint)chunk->rows_end);
    append_texts(bytes, &RECORD_TABLES[chunk->table], rows_start, rows_start + chunk->rows_end);
    header.texts_size_bytes = bytes->len - rows_start - chunk->rows_end;
    memcpy(bytes->data + start, &header, sizeof header);
}

static bool place_texts(RecordChunk *chunk)
{
    const RecordTable *table = &RECORD_TABLES[chunk->table];
    const size_t texts_size_bytes = chunk->size_bytes - chunk->texts_start;
    for (int column = 0; column < table->column_count; column++) {
        if (!is_text(table->columns[column].type)) {
            continue;
        }
        for (size_t row = 0; row < chunk->rows_end; row += table->row_size) {
            char *at = chunk->bytes + row + table->columns[column].offset;
            uintptr_t offset = 0;
            memcpy(&offset, at, sizeof offset);
            if (offset > texts_size_bytes) {
                return false;
            }
            const char *text = offset == 0 ? NULL : chunk->bytes + chunk->texts_start + offset - 1;
            memcpy(at, &text, sizeof text);
        }
    }
    return texts_size_bytes == 0 || chunk->bytes[chunk->size_bytes - 1] == '\0';
}

RecordChunk *record_block_take(const void *bytes, size_t size_bytes, int64_t run_id, size_t *offset)
{
    BlockHeader header;
    const size_t left_bytes = size_bytes - *offset;
    if (left_bytes < sizeof header) {
        return NULL;
    }
    const char *at = (const char *)bytes + *offset;
    memcpy(&header, at, sizeof header);
    if (header.table >= RECORD_TABLE_COUNT || header.rows_size_bytes > left_bytes ||
        header.texts_size_bytes > left_bytes ||
        header.rows_size_bytes + header.texts_size_bytes > left_bytes - sizeof header ||
        header.rows_size_bytes % RECORD_TABLES[header.table].row_size != 0) {
        return NULL;
    }
    const size_t content_bytes = header.rows_size_bytes + header.texts_size_bytes;
    g_autofree RecordChunk *chunk = g_malloc(sizeof *chunk + content_bytes);
    chunk->next = NULL;
    chunk->table = (RecordTableId)header.table;
    chunk->run_id = run_id;
    chunk->size_bytes = content_bytes;
    chunk->rows_end = chunk->texts_start = header.rows_size_bytes;
    memcpy(chunk->bytes, at + sizeof header, content_bytes);
    if (!place_texts(chunk)) {
        return NULL;
    }
    *offset += sizeof header + content_bytes;
    return g_steal_pointer(&chunk);
}

/* SPDX-License-Identifier: MIT */
/* A chunk of recorded rows of one table and one run: the row structs from the front, the texts that
 * they point to from the back, full when the two meet. It needs nothing else to be read (but the
 * kept strings, which live on), so a full chunk can be handed to another thread. */
#ifndef SIM_RECORD_CHUNK_H
#define SIM_RECORD_CHUNK_H

#include "sim/record_table.h"

/* Of a usual chunk; one that must hold a longer text is as large as it takes. */
#define RECORD_CHUNK_SIZE ((size_t)64 * 1024)

typedef struct RecordChunk RecordChunk;
struct RecordChunk {
    RecordChunk *next; /* in a queue or free list */
    RecordTableId table;
    int64_t run_id;
    size_t size_bytes;            /* of bytes[] */
    size_t rows_end, texts_start; /* offsets into bytes[] */
    _Alignas(8) char bytes[];
};

static inline size_t record_chunk_row_count(const RecordChunk *chunk)
{
    return chunk->rows_end / RECORD_TABLES[chunk->table].row_size;
}

#endif

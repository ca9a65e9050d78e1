/* SPDX-License-Identifier: MIT */
/* Chunks of rows as plain bytes, for the way from a worker process to the one that writes the
 * database. Both are the same program, so rows travel as they stand in memory; only the pointers to
 * texts become offsets, those of kept strings as well. */
#ifndef SIM_RECORD_BLOCK_H
#define SIM_RECORD_BLOCK_H

#include "sim/record_chunk.h"

#include <stdbool.h>

void record_block_append(GByteArray *bytes, const RecordChunk *chunk);

/* Takes the chunk at *offset, moves it on, and gives the rows to run_id; the caller frees the chunk
 * by g_free. NULL at the end, and when the bytes are no block: then *offset is not the end. */
RecordChunk *record_block_take(const void *bytes, size_t size_bytes, int64_t run_id,
                               size_t *offset);

#endif

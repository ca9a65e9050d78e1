/* SPDX-License-Identifier: MIT */
/* Writes chunks of rows into a database file in the making.
 *
 * Chunks are queued, and a thread of the writer's own writes them in batches, so that a run waits
 * for the disk only when the thread cannot keep up: memory stays bounded however long the run is.
 * Taking and giving chunks is safe from several threads. A batch is a transaction without a
 * journal: until the file is published nobody but a watcher reads it, so there is nothing to roll
 * back to. */
#ifndef SIM_RECORD_WRITER_H
#define SIM_RECORD_WRITER_H

#include "sim/record_chunk.h"

#include <glib.h>

typedef struct RecordWriter RecordWriter;

/* As recorder_new(), path not NULL. */
RecordWriter *record_writer_new(const char *path, bool replace, GError **error);
/* Appends to the bytes, which the caller owns and reads after the commit (sim/record_block.h). */
RecordWriter *record_writer_new_block(GByteArray *block);
/* Removes the file unless it was committed. */
void record_writer_free(RecordWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RecordWriter, record_writer_free)

/* NULL when there is no file. */
const char *record_writer_partial_path(const RecordWriter *writer);

/* An empty chunk with room for at least need_bytes, owned by the caller. */
RecordChunk *record_writer_chunk(RecordWriter *writer, RecordTableId table, int64_t run_id,
                                 size_t need_bytes);

/* Takes ownership of the chunk and writes it sooner or later. Waits while too many are queued. */
void record_writer_take(RecordWriter *writer, RecordChunk *chunk);

/* As recorder_commit(). */
bool record_writer_commit(RecordWriter *writer, GError **error);
bool record_writer_has_failed(const RecordWriter *writer);

#endif

/* SPDX-License-Identifier: MIT */
/* Recording, the run's side: see sim/record.h.
 *
 * A row is appended by copying its struct, and the texts it points to, into the open chunk of its
 * table: no allocation, no lock, no SQLite. Full chunks go to the writer. */
#include "sim/record.h"

#include "sim/record_writer.h"

#include <string.h>

#define TEXTS_MAX 7 /* copied texts of a row */

typedef struct RecordSlot {
    RecordChunk *chunk;
    size_t row_size; /* bytes */
    size_t text_count;
    size_t text_offsets[TEXTS_MAX];
} RecordSlot;

struct RecordBuffer {
    RecordWriter *writer; /* borrowed; NULL drops all rows */
    int64_t run_id;
    RecordSlot slots[RECORD_TABLE_COUNT];
};

struct Recorder {
    RecordWriter *writer; /* NULL records to nowhere */
    GPtrArray *buffers;
};

static void buffer_free(gpointer data)
{
    RecordBuffer *buffer = data;
    for (int i = 0; i < RECORD_TABLE_COUNT; i++) {
        g_free(buffer->slots[i].chunk);
    }
    g_free(buffer);
}

static void slot_init(RecordSlot *slot, const RecordTable *table)
{
    slot->row_size = table->row_size;
    for (int i = 0; i < table->column_count; i++) {
        RecordColumnType type = table->columns[i].type;
        if (type == RECORD_COLUMN_TEXT || type == RECORD_COLUMN_DECIMAL) {
            g_assert(slot->text_count < TEXTS_MAX);
            slot->text_offsets[slot->text_count++] = table->columns[i].offset;
        }
    }
}

static Recorder *recorder_with(RecordWriter *writer)
{
    Recorder *recorder = g_new0(Recorder, 1);
    recorder->writer = writer;
    recorder->buffers = g_ptr_array_new_with_free_func(buffer_free);
    return recorder;
}

Recorder *recorder_new(const char *path, bool replace, GError **error)
{
    RecordWriter *writer = NULL;
    if (path != NULL) {
        writer = record_writer_new(path, replace, error);
        if (writer == NULL) {
            return NULL;
        }
    }
    return recorder_with(writer);
}

Recorder *recorder_new_block(GByteArray *block)
{
    return recorder_with(record_writer_new_block(block));
}

void recorder_free(Recorder *recorder)
{
    if (recorder == NULL) {
        return;
    }
    g_ptr_array_unref(recorder->buffers);
    record_writer_free(recorder->writer);
    g_free(recorder);
}

const char *recorder_partial_path(const Recorder *recorder)
{
    return recorder->writer == NULL ? NULL : record_writer_partial_path(recorder->writer);
}

RecordBuffer *recorder_buffer(Recorder *recorder, int64_t run_id)
{
    RecordBuffer *buffer = g_new0(RecordBuffer, 1);
    buffer->writer = recorder->writer;
    buffer->run_id = run_id;
    for (int i = 0; i < RECORD_TABLE_COUNT; i++) {
        slot_init(&buffer->slots[i], &RECORD_TABLES[i]);
    }
    g_ptr_array_add(recorder->buffers, buffer);
    return buffer;
}

bool recorder_commit(Recorder *recorder, GError **error)
{
    if (recorder->writer == NULL) {
        return true;
    }
    for (guint i = 0; i < recorder->buffers->len; i++) {
        RecordBuffer *buffer = g_ptr_array_index(recorder->buffers, i);
        for (int table = 0; table < RECORD_TABLE_COUNT; table++) {
            if (buffer->slots[table].chunk != NULL) {
                record_writer_take(recorder->writer, g_steal_pointer(&buffer->slots[table].chunk));
            }
        }
    }
    return record_writer_commit(recorder->writer, error);
}

bool recorder_has_failed(const Recorder *recorder)
{
    return recorder->writer != NULL && record_writer_has_failed(recorder->writer);
}

/* Makes room for a row and its texts: hands the full chunk over and opens a new one. */
static RecordChunk *next_chunk(RecordBuffer *buffer, RecordTableId table, size_t need_bytes)
{
    RecordSlot *slot = &buffer->slots[table];
    if (slot->chunk != NULL) {
        record_writer_take(buffer->writer, slot->chunk);
    }
    slot->chunk = record_writer_chunk(buffer->writer, table, buffer->run_id, need_bytes);
    return slot->chunk;
}

static void append(RecordBuffer *buffer, RecordTableId table, const void *row)
{
    if (buffer->writer == NULL) {
        return;
    }
    const RecordSlot *slot = &buffer->slots[table];
    const char *texts[TEXTS_MAX];
    size_t sizes[TEXTS_MAX];
    size_t need_bytes = slot->row_size;
    for (size_t i = 0; i < slot->text_count; i++) {
        memcpy(&texts[i], (const char *)row + slot->text_offsets[i], sizeof texts[i]);
        sizes[i] = texts[i] == NULL ? 0 : strlen(texts[i]) + 1;
        need_bytes += sizes[i];
    }
    RecordChunk *chunk = slot->chunk;
    if (chunk == NULL || chunk->texts_start - chunk->rows_end < need_bytes) {
        chunk = next_chunk(buffer, table, need_bytes);
    }
    char *copy = chunk->bytes + chunk->rows_end;
    memcpy(copy, row, slot->row_size);
    chunk->rows_end += slot->row_size;
    for (size_t i = 0; i < slot->text_count; i++) {
        if (texts[i] != NULL) {
            chunk->texts_start -= sizes[i];
            const char *text = memcpy(chunk->bytes + chunk->texts_start, texts[i], sizes[i]);
            memcpy(copy + slot->text_offsets[i], &text, sizeof text);
        }
    }
}

void record_peer(RecordBuffer *buffer, const PeerRow *row)
{
    append(buffer, RECORD_PEER, row);
}

void record_link(RecordBuffer *buffer, const LinkRow *row)
{
    append(buffer, RECORD_LINK, row);
}

void record_connection(RecordBuffer *buffer, const ConnectionRow *row)
{
    append(buffer, RECORD_CONNECTION, row);
}

void record_stream(RecordBuffer *buffer, const StreamRow *row)
{
    append(buffer, RECORD_STREAM, row);
}

void record_span(RecordBuffer *buffer, const SpanRow *row)
{
    append(buffer, RECORD_SPAN, row);
}

void record_span_event(RecordBuffer *buffer, const SpanEventRow *row)
{
    append(buffer, RECORD_SPAN_EVENT, row);
}

void record_span_link(RecordBuffer *buffer, const SpanLinkRow *row)
{
    append(buffer, RECORD_SPAN_LINK, row);
}

void record_message(RecordBuffer *buffer, const MessageRow *row)
{
    append(buffer, RECORD_MESSAGE, row);
}

void record_packet(RecordBuffer *buffer, const PacketRow *row)
{
    append(buffer, RECORD_PACKET, row);
}

void record_fault(RecordBuffer *buffer, const FaultRow *row)
{
    append(buffer, RECORD_FAULT, row);
}

void record_series(RecordBuffer *buffer, const SeriesRow *row)
{
    append(buffer, RECORD_SERIES, row);
}

void record_snapshot(RecordBuffer *buffer, const SnapshotRow *row)
{
    append(buffer, RECORD_SNAPSHOT, row);
}

void record_snapshot_state(RecordBuffer *buffer, const SnapshotStateRow *row)
{
    append(buffer, RECORD_SNAPSHOT_STATE, row);
}

void record_snapshot_channel(RecordBuffer *buffer, const SnapshotChannelRow *row)
{
    append(buffer, RECORD_SNAPSHOT_CHANNEL, row);
}

void record_run(RecordBuffer *buffer, const RunRow *row)
{
    append(buffer, RECORD_RUN, row);
}

void record_parameter(RecordBuffer *buffer, const char *key, const char *value, const char *origin)
{
    append(buffer, RECORD_PARAMETER, &(ParameterRow){key, value, origin});
}

void record_input(RecordBuffer *buffer, const char *name, const char *sha256)
{
    append(buffer, RECORD_INPUT, &(InputRow){name, sha256});
}

void record_execution(RecordBuffer *buffer, const char *key, const char *value)
{
    append(buffer, RECORD_EXECUTION, &(ExecutionRow){key, value});
}

void record_metric(RecordBuffer *buffer, const char *name, const char *unit, const Metric *metric)
{
    g_autofree char *sum = metric_sum_text(metric);
    g_autofree char *sum_squares = metric_sum_squares_text(metric);
    g_autofree char *buckets = metric_buckets_text(metric);
    g_autofree char *minimum = NULL, *maximum = NULL;
    if (metric_count(metric) > 0) {
        minimum = g_strdup_printf("%" G_GINT64_FORMAT, metric_minimum(metric));
        maximum = g_strdup_printf("%" G_GINT64_FORMAT, metric_maximum(metric));
    }
    append(buffer, RECORD_METRIC,
           &(MetricRow){
               .name = name,
               .unit = unit,
               .count = metric_count(metric),
               .sum = sum,
               .sum_squares = sum_squares,
               .minimum = minimum,
               .maximum = maximum,
               .buckets = buckets,
           });
}

/* SPDX-License-Identifier: MIT */
/* From chunks to SQLite: see sim/record_writer.h. */
#include "sim/record_writer.h"

#include "sim/database_file.h"
#include "sim/error.h"
#include "sim/record_block.h"
#include "sim/record_inserter.h"
#include "sim/schema.h"

#include <errno.h>
#include <pthread.h>

/* Rows that wait in memory: a batch for the thread, and the most there may be. Who records more
 * waits until the thread has caught up. */
#define BATCH_BYTES ((size_t)1 << 20)
#define QUEUE_BYTES_MAX ((size_t)8 << 20)

struct RecordWriter {
    GByteArray *block; /* takes the rows in place of a file; borrowed */
    DatabaseFile *file;
    sqlite3 *database;
    RecordInserter *inserter;
    GError *failure;  /* of the database's user */
    pthread_t thread; /* the database's user, while has_thread */
    bool has_thread;
    pthread_mutex_t mutex;  /* of all that follows */
    pthread_cond_t filled;  /* a batch waits, or the end has come */
    pthread_cond_t drained; /* a batch is written */
    RecordChunk *queue, **queue_end;
    size_t queue_bytes; /* those that are being written included */
    bool is_ending;
    RecordChunk *spare; /* empty chunks of the usual size */
    gint has_failed;    /* atomic: failure is set */
};

/* cache_size (here in KiB) bounds both the pages in memory and the stretches that index creation
 * sorts at once: those that fit the processor's cache sort twice as fast as those that fit the
 * memory. A batch of rows may exceed it (cache_spill): pages that went to the disk before the end
 * of a transaction would lock readers out for as long as it takes, and one batch follows the other.
 */
static const char SETTINGS[] = "PRAGMA page_size = 4096;"
                               "PRAGMA journal_mode = OFF;"
                               "PRAGMA synchronous = OFF;"
                               "PRAGMA busy_timeout = 60000;"
                               "PRAGMA cache_size = -2048;"
                               "PRAGMA cache_spill = OFF;"
                               "PRAGMA application_id = %d;"
                               "PRAGMA user_version = %d;"
                               "BEGIN;"
                               "%s"
                               "COMMIT;";

/* What SQLite says, as one of our errors; called before anything else can change errno, which has
 * the reason where SQLite keeps none. Broken uniqueness is our mistake and not the disk's. */
static void set_database_error(RecordWriter *writer, int code, GError **error)
{
    int last_code = errno;
    const char *path = database_file_path(writer->file);
    int primary = code & 0xff;
    bool is_ours = primary == SQLITE_CONSTRAINT || primary == SQLITE_ERROR ||
                   primary == SQLITE_MISUSE || primary == SQLITE_TOOBIG;
    int system_code = sqlite3_system_errno(writer->database);
    system_code = system_code == 0 ? last_code : system_code;
    bool has_reason = primary == SQLITE_IOERR && system_code != 0;
    g_set_error(error, SKEIN_ERROR, is_ours ? SKEIN_ERROR_FAILED : SKEIN_ERROR_ENVIRONMENT,
                "%s: cannot write the database: %s%s%s", path, sqlite3_errmsg(writer->database),
                has_reason ? ": " : "", has_reason ? g_strerror(system_code) : "");
}

/* Bytes in place of a file need no statements. */
static bool execute(RecordWriter *writer, const char *sql, GError **error)
{
    if (writer->block != NULL) {
        return true;
    }
    errno = 0;
    int code = sqlite3_exec(writer->database, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        set_database_error(writer, code, error);
    }
    return code == SQLITE_OK;
}

static bool open_database(RecordWriter *writer, GError **error)
{
    int code = sqlite3_open_v2(database_file_partial_path(writer->file), &writer->database,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    sqlite3_extended_result_codes(writer->database, 1);
    if (code == SQLITE_OK) {
        writer->inserter = record_inserter_new(writer->database, &code);
    }
    if (code != SQLITE_OK) {
        set_database_error(writer, code, error);
        return false;
    }
    g_autofree char *sql =
        g_strdup_printf(SETTINGS, SCHEMA_APPLICATION_ID, SCHEMA_VERSION, SCHEMA_TABLES);
    return execute(writer, sql, error);
}

RecordWriter *record_writer_new_block(GByteArray *block)
{
    RecordWriter *writer = g_new0(RecordWriter, 1);
    writer->block = block;
    writer->queue_end = &writer->queue;
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_cond_init(&writer->filled, NULL);
    pthread_cond_init(&writer->drained, NULL);
    return writer;
}

RecordWriter *record_writer_new(const char *path, bool replace, GError **error)
{
    DatabaseFile *file = database_file_new(path, replace, error);
    if (file == NULL) {
        return NULL;
    }
    RecordWriter *writer = record_writer_new_block(NULL);
    writer->file = file;
    if (!open_database(writer, error)) {
        record_writer_free(writer);
        return NULL;
    }
    return writer;
}

static void free_chunks(RecordChunk **list)
{
    while (*list != NULL) {
        RecordChunk *chunk = *list;
        *list = chunk->next;
        g_free(chunk);
    }
}

static void close_database(RecordWriter *writer)
{
    g_clear_pointer(&writer->inserter, record_inserter_free);
    sqlite3_close(writer->database);
    writer->database = NULL;
}

/* After it nobody but the caller uses the database. */
static void end_thread(RecordWriter *writer)
{
    if (writer->has_thread) {
        pthread_mutex_lock(&writer->mutex);
        writer->is_ending = true;
        pthread_cond_signal(&writer->filled);
        pthread_mutex_unlock(&writer->mutex);
        pthread_join(writer->thread, NULL);
        writer->has_thread = false;
    }
}

void record_writer_free(RecordWriter *writer)
{
    if (writer == NULL) {
        return;
    }
    g_atomic_int_set(&writer->has_failed, 1); /* what waits is dropped */
    end_thread(writer);
    close_database(writer);
    database_file_free(writer->file);
    free_chunks(&writer->queue);
    free_chunks(&writer->spare);
    g_clear_error(&writer->failure);
    pthread_cond_destroy(&writer->filled);
    pthread_cond_destroy(&writer->drained);
    pthread_mutex_destroy(&writer->mutex);
    g_free(writer);
}

const char *record_writer_partial_path(const RecordWriter *writer)
{
    return writer->file == NULL ? NULL : database_file_partial_path(writer->file);
}

RecordChunk *record_writer_chunk(RecordWriter *writer, RecordTableId table, int64_t run_id,
                                 size_t need_bytes)
{
    RecordChunk *chunk = NULL;
    if (need_bytes <= RECORD_CHUNK_SIZE) {
        pthread_mutex_lock(&writer->mutex);
        chunk = writer->spare;
        if (chunk != NULL) {
            writer->spare = chunk->next;
        }
        pthread_mutex_unlock(&writer->mutex);
    }
    if (chunk == NULL) {
        size_t size_bytes = MAX(RECORD_CHUNK_SIZE, need_bytes);
        chunk = g_malloc(sizeof *chunk + size_bytes);
        chunk->size_bytes = size_bytes;
    }
    chunk->next = NULL;
    chunk->table = table;
    chunk->run_id = run_id;
    chunk->rows_end = 0;
    chunk->texts_start = chunk->size_bytes;
    return chunk;
}

static bool write_chunk(RecordWriter *writer, const RecordChunk *chunk)
{
    if (writer->block != NULL) {
        record_block_append(writer->block, chunk);
        return true;
    }
    const int code = record_inserter_write(writer->inserter, chunk);
    if (code != SQLITE_OK) {
        set_database_error(writer, code, &writer->failure);
        g_atomic_int_set(&writer->has_failed, 1);
    }
    return code == SQLITE_OK;
}

/* Writes all these; after a failure, drops them. Each batch is a transaction, so that `skein view`
 * can look at a run between two of them. */
static void write_batch(RecordWriter *writer, const RecordChunk *batch)
{
    if (g_atomic_int_get(&writer->has_failed) == 0 && !execute(writer, "BEGIN", &writer->failure)) {
        g_atomic_int_set(&writer->has_failed, 1);
    }
    for (; batch != NULL && g_atomic_int_get(&writer->has_failed) == 0; batch = batch->next) {
        write_chunk(writer, batch);
    }
    if (g_atomic_int_get(&writer->has_failed) == 0 &&
        !execute(writer, "COMMIT", &writer->failure)) {
        g_atomic_int_set(&writer->has_failed, 1);
    }
}

/* The mutex is held. */
static void recycle(RecordWriter *writer, RecordChunk *batch)
{
    for (RecordChunk *chunk = batch, *next; chunk != NULL; chunk = next) {
        next = chunk->next;
        writer->queue_bytes -= chunk->size_bytes;
        if (chunk->size_bytes == RECORD_CHUNK_SIZE) {
            chunk->next = writer->spare;
            writer->spare = chunk;
        } else {
            g_free(chunk);
        }
    }
    pthread_cond_broadcast(&writer->drained);
}

/* Writes what waits. The mutex is held, but not while writing. */
static void drain(RecordWriter *writer)
{
    RecordChunk *batch = g_steal_pointer(&writer->queue);
    writer->queue_end = &writer->queue;
    pthread_mutex_unlock(&writer->mutex);
    write_batch(writer, batch);
    pthread_mutex_lock(&writer->mutex);
    recycle(writer, batch);
}

/* Batch after batch, until the end. */
static void *serve(void *data)
{
    RecordWriter *writer = data;
    pthread_mutex_lock(&writer->mutex);
    while (!writer->is_ending) {
        if (writer->queue_bytes >= BATCH_BYTES) {
            drain(writer);
        } else {
            pthread_cond_wait(&writer->filled, &writer->mutex);
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return NULL;
}

/* A short run ends before the first batch is full, and needs no thread. Where the system has none
 * to give, whoever recorded writes. */
static void write_or_delegate(RecordWriter *writer)
{
    if (!writer->has_thread && writer->block == NULL) {
        writer->has_thread = pthread_create(&writer->thread, NULL, serve, writer) == 0;
    }
    if (writer->has_thread) {
        pthread_cond_signal(&writer->filled);
    } else {
        drain(writer);
    }
}

void record_writer_take(RecordWriter *writer, RecordChunk *chunk)
{
    pthread_mutex_lock(&writer->mutex);
    while (writer->has_thread && writer->queue_bytes >= QUEUE_BYTES_MAX) {
        pthread_cond_wait(&writer->drained, &writer->mutex);
    }
    chunk->next = NULL;
    *writer->queue_end = chunk;
    writer->queue_end = &chunk->next;
    writer->queue_bytes += chunk->size_bytes;
    if (writer->queue_bytes >= BATCH_BYTES) {
        write_or_delegate(writer);
    }
    pthread_mutex_unlock(&writer->mutex);
}

bool record_writer_commit(RecordWriter *writer, GError **error)
{
    end_thread(writer);
    pthread_mutex_lock(&writer->mutex);
    drain(writer);
    pthread_mutex_unlock(&writer->mutex);
    if (writer->failure != NULL) {
        g_propagate_error(error, g_error_copy(writer->failure));
        return false;
    }
    if (writer->block != NULL) {
        return true;
    }
    if (!execute(writer, "PRAGMA cache_spill = ON", error) || !execute(writer, "BEGIN", error) ||
        !execute(writer, SCHEMA_INDICES, error) || !execute(writer, SCHEMA_VIEWS, error) ||
        !execute(writer, "COMMIT", error)) {
        return false;
    }
    close_database(writer);
    return database_file_publish(writer->file, error);
}

bool record_writer_has_failed(const RecordWriter *writer)
{
    return g_atomic_int_get(&writer->has_failed) != 0;
}

/* SPDX-License-Identifier: MIT */
/* Foreign databases: a file that begins as one of ours and has bytes of it changed (the input says
 * which, three bytes a change: place, place, value), or any bytes at all. It is refused or read to
 * the end, by the digest and by the statistics. */
#include "analysis/database.h"
#include "analysis/digest.h"
#include "analysis/stats.h"
#include "sim/schema.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static const char ROWS[] =
    "INSERT INTO run VALUES(1,'f','ping','','',0,1,'complete',7,9,1000);"
    "INSERT INTO peer VALUES(1,0,'a',NULL),(1,1,'b',NULL);"
    "INSERT INTO connection VALUES(1,1,0,1,'ideal',0,10,NULL,'open',5,5);"
    "INSERT INTO span VALUES(1,1,1,NULL,'ping','internal',0,10,30,'ok','{\"to\":1}');"
    "INSERT INTO message VALUES(1,1,0,1,1,'ping',32,10,20,'delivered',NULL);"
    "INSERT INTO metric VALUES(1,'ping.rtt','ns',2,40,800,20,20,'[[20,2]]');"
    "INSERT INTO snapshot VALUES(1,1,'original',0,5,9,'complete',NULL);"
    "INSERT INTO snapshot_state VALUES(1,1,0,6,'{}');";

/* A database of ours as bytes, in small pages so that changes hit something. */
static unsigned char *make_image(sqlite3_int64 *ret_size_bytes)
{
    sqlite3 *database = NULL;
    g_autofree char *header = g_strdup_printf("PRAGMA page_size=512; PRAGMA application_id=%d;"
                                              "PRAGMA user_version=%d;",
                                              SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    g_assert(sqlite3_open(":memory:", &database) == SQLITE_OK);
    const char *const steps[] = {header, SCHEMA_TABLES, ROWS, SCHEMA_INDICES, SCHEMA_VIEWS};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        g_assert(sqlite3_exec(database, steps[i], NULL, NULL, NULL) == SQLITE_OK);
    }
    unsigned char *image = sqlite3_serialize(database, "main", ret_size_bytes, 0);
    sqlite3_close(database);
    return image;
}

static void read_all(const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(sqlite3) database = database_open(path, &error);
    if (database == NULL) {
        g_assert(error != NULL);
        return;
    }
    g_autofree char *digest = digest_of_database(database, &error);
    g_assert((digest == NULL) == (error != NULL));
    g_clear_error(&error);
    g_autoptr(GPtrArray) tables = stats_read(database, NULL, &error);
    g_assert((tables == NULL) == (error != NULL));
    if (tables != NULL) {
        g_autoptr(GString) text = g_string_new(NULL);
        stats_print_text(tables, text);
        stats_print_json(tables, text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    sqlite3_int64 image_size_bytes = 0;
    unsigned char *image = make_image(&image_size_bytes);
    const bool is_ours = size_bytes > 0 && (data[0] & 7) != 0;
    for (size_t i = 1; is_ours && i + 2 < size_bytes; i += 3) {
        const sqlite3_int64 place = (data[i] << 8 | data[i + 1]) % image_size_bytes;
        image[place] = data[i + 2];
    }
    const int file = memfd_create("foreign", 0);
    g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", file);
    const void *bytes = is_ours ? (const void *)image : data;
    const size_t count = is_ours ? (size_t)image_size_bytes : size_bytes;
    g_assert(file >= 0 && write(file, bytes, count) == (ssize_t)count);
    read_all(path);
    close(file);
    sqlite3_free(image);
    return 0;
}

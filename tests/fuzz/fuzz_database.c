/* SPDX-License-Identifier: MIT */
/* A database with any bytes changed: all that reads databases gives an answer, or an error with an
 * exit status. An input is what to do to a good database of small pages: the first two bytes say
 * where to cut it off (0: nowhere), then each four bytes say where to put which two. */
#define _POSIX_C_SOURCE 200809L /* open_memstream() */

#include "analysis/digest.h"
#include "analysis/export.h"
#include "analysis/plot.h"
#include "analysis/stats.h"
#include "sim/schema.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static const char ROWS[] =
    "INSERT INTO run VALUES(1,'s.yaml','ping',NULL,'',0,1,'complete',2,40,2000000000);"
    "INSERT INTO peer VALUES(1,0,'Tokyo',NULL),(1,1,NULL,'eu'),(1,2,'Paris',NULL);"
    "INSERT INTO link VALUES(1,0,1,10000000,0.5,NULL),(1,1,0,10000000,0.0,8000);"
    "INSERT INTO connection VALUES(1,1,0,1,'ideal',0,20000000,NULL,'open',100,100),"
    " (1,2,0,2,'ideal',20000000,NULL,NULL,'timeout',0,0);"
    "INSERT INTO span VALUES(1,11,11,NULL,'ping','client',0,200000000,221000000,'ok','{\"to\":1}'),"
    " (1,12,12,NULL,'ping','client',0,600000000,NULL,'error','{\"to\":2}');"
    "INSERT INTO message VALUES(1,1,0,1,1,'PING',32,200000000,210000000,'delivered',NULL),"
    " (1,2,1,0,1,'PONG',32,211000000,NULL,'lost',NULL),(1,3,1,0,1,'x',3,99,NULL,'in-flight',2);"
    "INSERT INTO fault VALUES(1,550000000,'partition','{0} {1, 2}');"
    "INSERT INTO metric VALUES(1,'ping.rtt','ns',2,82000000,'4162000000000000',21000000,61000000,"
    " '[[15617,1],[17221,1]]');"
    "INSERT INTO snapshot "
    "VALUES(1,1,'chandy-lamport',1,190000000,220000000,'complete','ok','[]',NULL,NULL,2,'[]');"
    "INSERT INTO snapshot_state VALUES(1,1,1,190000000,'{}',1),(1,1,0,200000000,'{}',NULL);"
    "INSERT INTO snapshot_channel VALUES(1,1,0,1,'[{\"kind\":\"PING\"}]');";

static char *base, *path, *folder;
static gsize base_size_bytes;

static void clean_up(void)
{
    g_autoptr(GDir) files = g_dir_open(folder, 0, NULL);
    for (const char *name = g_dir_read_name(files); name != NULL; name = g_dir_read_name(files)) {
        g_autofree char *file = g_build_filename(folder, name, NULL);
        g_unlink(file);
    }
    g_rmdir(folder);
    g_unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    sqlite3 *database = NULL;
    (void)argc;
    (void)argv;
    path = g_build_filename(g_get_tmp_dir(), "skein-fuzz-XXXXXX", NULL);
    close(g_mkstemp(path));
    folder = g_dir_make_tmp("skein-fuzz-XXXXXX", NULL);
    g_assert(folder != NULL);
    atexit(clean_up);
    g_autofree char *header = g_strdup_printf("PRAGMA page_size = 512; PRAGMA application_id = %d;"
                                              "PRAGMA user_version = %d;",
                                              SCHEMA_APPLICATION_ID, SCHEMA_VERSION);
    g_assert(sqlite3_open(path, &database) == SQLITE_OK);
    g_assert(sqlite3_exec(database, header, NULL, NULL, NULL) == SQLITE_OK);
    g_assert(sqlite3_exec(database, SCHEMA_TABLES, NULL, NULL, NULL) == SQLITE_OK);
    g_assert(sqlite3_exec(database, ROWS, NULL, NULL, NULL) == SQLITE_OK);
    g_assert(sqlite3_exec(database, SCHEMA_INDICES, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(database);
    g_assert(g_file_get_contents(path, &base, &base_size_bytes, NULL));
    return 0;
}

static void write_changed(const uint8_t *data, size_t size_bytes)
{
    g_autofree char *bytes = g_memdup2(base, base_size_bytes);
    gsize kept = base_size_bytes;
    if (size_bytes >= 2 && (data[0] | data[1]) != 0) {
        kept = (gsize)(data[0] << 8 | data[1]) % base_size_bytes;
    }
    for (size_t i = 2; i + 4 <= size_bytes; i += 4) {
        const gsize at = (gsize)(data[i] << 8 | data[i + 1]) % (base_size_bytes - 1);
        memcpy(bytes + at, data + i + 2, 2);
    }
    FILE *file = fopen(path, "wb");
    g_assert(file != NULL && fwrite(bytes, 1, kept, file) == kept && fclose(file) == 0);
}

/* There is either a result, or an error whose code is an exit status. */
static void check(bool is_done, GError **error)
{
    g_assert(is_done == (*error == NULL));
    g_assert(is_done || ((*error)->code >= 1 && (*error)->code <= 3 && *(*error)->message != '\0'));
    g_clear_error(error);
}

/* A format that is a folder overwrites what it wrote the last time. */
static void export_all(sqlite3 *database)
{
    const ExportOptions options = {.from_ns = G_MININT64, .to_ns = G_MAXINT64};
    for (size_t i = 0; EXPORT_FORMATS[i] != NULL; i++) {
        if (EXPORT_FORMATS[i]->write_folder != NULL) {
            GError *error = NULL;
            check(export_write(database, EXPORT_FORMATS[i], &options, NULL, folder, &error),
                  &error);
        }
        if (EXPORT_FORMATS[i]->write != NULL) {
            GError *error = NULL;
            char *text = NULL;
            size_t text_size_bytes = 0;
            FILE *file = open_memstream(&text, &text_size_bytes);
            check(export_write(database, EXPORT_FORMATS[i], &options, file, "memory", &error),
                  &error);
            fclose(file);
            g_assert(EXPORT_FORMATS[i]->is_binary ||
                     g_utf8_validate_len(text, text_size_bytes, NULL));
            free(text);
        }
    }
}

static void read_all(sqlite3 *database)
{
    const PlotOptions options = {.from_ns = G_MININT64, .to_ns = G_MAXINT64};
    GError *error = NULL;
    g_autofree char *digest = digest_of_database(database, &error);
    check(digest != NULL, &error);
    g_autoptr(GPtrArray) tables = stats_read(database, NULL, &error);
    check(tables != NULL, &error);
    if (tables != NULL) {
        g_autoptr(GString) out = g_string_new(NULL);
        stats_print_text(tables, out);
        stats_print_json(tables, out);
        stats_print_csv(tables, out);
        g_assert(g_utf8_validate(out->str, -1, NULL));
    }
    for (size_t i = 0; PLOT_KINDS[i] != NULL; i++) {
        g_autofree char *script = plot_script(database, PLOT_KINDS[i], &options, &error);
        check(script != NULL, &error);
        g_assert(script == NULL || g_utf8_validate(script, -1, NULL));
    }
    export_all(database);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    GError *error = NULL;
    write_changed(data, size_bytes);
    g_autoptr(sqlite3) database = database_open(path, &error);
    check(database != NULL, &error);
    if (database != NULL) {
        read_all(database);
    }
    return 0;
}

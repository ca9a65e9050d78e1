/* SPDX-License-Identifier: MIT */
/* One run in the format of another tool.
 *
 * A format is one file with an ExportFormat in it: it reads what it needs from an ExportSource in
 * an order of its own making, and appends to an Output as it goes. Rules for all (docs/exports.md):
 *
 * - Equal runs give equal bytes, so every query is sorted down to what makes rows distinct.
 * - Memory does not grow with the run: SQLite sorts in temporary files, and a format keeps what is
 *   open at one instant, never what has passed.
 * - What a format cannot hold is named in docs/exports.md; an option that it cannot follow is
 *   refused. What stands between two selected things stays named: a parent that was not selected
 *   is still the parent.
 *
 * To add one: write analysis/export_NAME.c, a line in analysis/export_list.h and the file in
 * Makefile.am. */
#ifndef ANALYSIS_EXPORT_H
#define ANALYSIS_EXPORT_H

#include "analysis/database.h"
#include "analysis/output.h"
#include "analysis/trace_ids.h"

/* Text that a statement lends until its next step; NULL for SQL NULL. */
typedef struct Text {
    const char *bytes;
    size_t size_bytes;
} Text;

typedef struct ExportOptions {
    const int64_t *run_id;  /* NULL: the first of the database */
    const char *trace;      /* its number or its 32 hexadecimal digits; NULL: all */
    int64_t from_ns, to_ns; /* what touches this window; G_MININT64 and G_MAXINT64 leave it open */
    const GArray *peers;    /* of int64_t, ascending: what is at these, or between; NULL: all */
} ExportOptions;

/* The run that is exported. */
typedef struct ExportSource {
    sqlite3 *database;
    const ExportOptions *options;
    int64_t run_id, end_ns;
    char *title, *module;
    TraceIds ids;
    bool has_trace;
    int64_t trace_id;
    int64_t coordinator_id; /* a number for who has none: one beyond the largest peer */
    sqlite3_stmt *peer;     /* its name and region */
} ExportSource;

typedef struct ExportFormat {
    const char *name;     /* as on the command line */
    const char *help;     /* one line */
    const char *ending;   /* of file names, as its readers expect it: ".trace.json" */
    bool has_spans;       /* false: --trace is refused */
    bool is_binary;       /* false: text in UTF-8 */
    const char *needs[2]; /* tables: without rows in one of them there is nothing to export */
    /* One of the two. A folder exists and is empty. */
    bool (*write)(const ExportSource *source, Output *output, GError **error);
    bool (*write_folder)(const ExportSource *source, const char *folder, GError **error);
} ExportFormat;

#define X(name) extern const ExportFormat EXPORT_##name;
#include "analysis/export_list.h"
#undef X

/* All formats, ended by NULL. */
extern const ExportFormat *const EXPORT_FORMATS[];

/* NULL when there is none of that name. */
const ExportFormat *export_format_find(const char *name);

/* Into an open file, whose name is for errors, or for a format that is a folder into that. */
bool export_write(sqlite3 *database, const ExportFormat *format, const ExportOptions *options,
                  FILE *file, const char *path, GError **error);

/* For formats. A statement for one SQL text with these bound, all of them or fewer: ?1 the run's
 * id, ?2 the trace or NULL, ?3 and ?4 the window, ?5 the end of the run. The SQL function
 * is_wanted(id, ...) is true when all these peers are selected; NULL, the coordinator, is when no
 * peers are. */
sqlite3_stmt *export_prepare(const ExportSource *source, const char *sql, GError **error);

/* The conditions on a row of span or message for what the options select. The plus keeps SQLite
 * from walking the index of a run and fetching row after row from all over the file, which takes
 * longer than reading the table from end to end. */
#define EXPORT_SPAN_IS_SELECTED                                                                    \
    " +span.run_id = ?1 AND (?2 IS NULL OR span.trace_id = ?2) AND span.start_ns <= ?4"            \
    " AND ifnull(span.end_ns, ?5) >= ?3 AND is_wanted(span.peer_id)"
#define EXPORT_MESSAGE_IS_SELECTED                                                                 \
    " +message.run_id = ?1 AND message.sent_ns <= ?4"                                              \
    " AND ifnull(received_ns, iif(fate = 'in-flight', ?5, sent_ns)) >= ?3"                         \
    " AND is_wanted(sender_id, receiver_id)"

Text export_text(sqlite3_stmt *statement, int column);
bool export_text_is(Text text, const char *other);
/* As a JSON string; an empty one for NULL. */
void export_json(Output *output, Text text);
/* False, with the error set, when a loop ended for that reason: passes it on. */
bool export_is_clean(GError *problem, GError **error);

/* The peer's name, "peer 3" without one, "coordinator" for SQL NULL: appended to `name`, which is
 * emptied first. Its region to `region`, which is empty without one; it may be NULL. */
bool export_read_peer(const ExportSource *source, bool is_coordinator, int64_t peer_id,
                      GString *name, GString *region, GError **error);

/* end - start in ns, at least 0, whatever the values. */
int64_t export_duration_ns(int64_t start_ns, int64_t end_ns);

/* Tools that know dates get virtual time 0 as 2000-01-01T00:00:00Z: some take 0 for "no time". In
 * nanoseconds since 1970. */
uint64_t export_date_ns(int64_t time_ns);

#endif

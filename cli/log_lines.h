/* SPDX-License-Identifier: MIT */
/* What --log shows: the lines that peers write with host_log(), with their virtual time. A filter
 * is `PATTERN=LEVEL`: the pattern matches a peer's number or name (with * and ?), `coordinator`, or
 * `all`; the level is off, warning, info or debug, each with all before it. The last filter that
 * matches a peer decides. */
#ifndef CLI_LOG_LINES_H
#define CLI_LOG_LINES_H

#include "models/network.h"

typedef struct LogLines LogLines;

/* filters: NULL-terminated, may be NULL. */
LogLines *log_lines_new(const char *const *filters, GError **error);
void log_lines_free(LogLines *lines);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LogLines, log_lines_free)

/* The highest level of any filter, LOG_OFF without filters: a run formats no line above it. */
LogLevel log_lines_level(const LogLines *lines);

/* Before the run: where names of peers come from. */
void log_lines_set_network(LogLines *lines, const Network *network);

/* Fits RunOptions.log_line; data is a LogLines. */
void log_lines_print(void *data, SimTime now, EntityId peer, LogLevel level, const char *text);

#endif

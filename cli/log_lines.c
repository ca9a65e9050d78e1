/* SPDX-License-Identifier: MIT */
#include "cli/log_lines.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

typedef struct LogFilter {
    char *pattern;
    LogLevel level;
} LogFilter;

struct LogLines {
    GArray *filters; /* of LogFilter */
    const Network *network;
};

static void clear_filter(gpointer data)
{
    g_free(((LogFilter *)data)->pattern);
}

static const char *const LEVEL_NAMES[] = {"off", "warning", "info", "debug", NULL};

LogLines *log_lines_new(const char *const *filters, GError **error)
{
    g_autoptr(LogLines) lines = g_new0(LogLines, 1);
    lines->filters = g_array_new(FALSE, TRUE, sizeof(LogFilter));
    g_array_set_clear_func(lines->filters, clear_filter);
    for (; filters != NULL && *filters != NULL; filters++) {
        const char *sign = strrchr(*filters, '=');
        unsigned level = 0;
        while (LEVEL_NAMES[level] != NULL && sign != NULL &&
               strcmp(LEVEL_NAMES[level], sign + 1) != 0) {
            level++;
        }
        if (sign == NULL || sign == *filters || LEVEL_NAMES[level] == NULL) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "--log: found '%s', expected PATTERN=LEVEL, where PATTERN is all, "
                        "coordinator, or a peer's number or name, and LEVEL off, warning, info or "
                        "debug",
                        *filters);
            return NULL;
        }
        const LogFilter filter = {.pattern = g_strndup(*filters, (gsize)(sign - *filters)),
                                  .level = (LogLevel)level};
        g_array_append_val(lines->filters, filter);
    }
    return g_steal_pointer(&lines);
}

void log_lines_free(LogLines *lines)
{
    if (lines == NULL) {
        return;
    }
    g_array_unref(lines->filters);
    g_free(lines);
}

LogLevel log_lines_level(const LogLines *lines)
{
    LogLevel highest = LOG_OFF;
    for (guint i = 0; i < lines->filters->len; i++) {
        highest = MAX(highest, g_array_index(lines->filters, LogFilter, i).level);
    }
    return highest;
}

void log_lines_set_network(LogLines *lines, const Network *network)
{
    lines->network = network;
}

void log_lines_print(void *data, SimTime now, EntityId peer, LogLevel level, const char *text)
{
    const LogLines *lines = data;
    const bool is_coordinator = peer == network_peer_count(lines->network);
    const char *const *names = network_peer_names(lines->network);
    const char *name = is_coordinator ? "coordinator" : names == NULL ? NULL : names[peer];
    char number[16];
    g_snprintf(number, sizeof number, "%u", peer);
    LogLevel shown = LOG_OFF;
    for (guint i = 0; i < lines->filters->len; i++) {
        const LogFilter *filter = &g_array_index(lines->filters, LogFilter, i);
        if (strcmp(filter->pattern, "all") == 0 ||
            (!is_coordinator && g_pattern_match_simple(filter->pattern, number)) ||
            (name != NULL && g_pattern_match_simple(filter->pattern, name))) {
            shown = filter->level;
        }
    }
    if (level > shown) {
        return;
    }
    if (is_coordinator) {
        fprintf(stderr, "%.9fs coordinator: %s\n", (double)now / 1e9, text);
    } else if (name != NULL) {
        fprintf(stderr, "%.9fs peer %u (%s): %s\n", (double)now / 1e9, peer, name, text);
    } else {
        fprintf(stderr, "%.9fs peer %u: %s\n", (double)now / 1e9, peer, text);
    }
}

/* SPDX-License-Identifier: MIT */
#include "cli/log_lines.h"

#include "sim/error.h"

#include <stdio.h>
#include <string.h>

typedef struct LogFilter {
    char *pattern;
    bool is_on;
} LogFilter;

struct LogLines {
    GArray *filters; /* of LogFilter */
    const Network *network;
};

static void clear_filter(gpointer data)
{
    g_free(((LogFilter *)data)->pattern);
}

LogLines *log_lines_new(const char *const *filters, GError **error)
{
    g_autoptr(LogLines) lines = g_new0(LogLines, 1);
    lines->filters = g_array_new(FALSE, TRUE, sizeof(LogFilter));
    g_array_set_clear_func(lines->filters, clear_filter);
    for (; filters != NULL && *filters != NULL; filters++) {
        const char *sign = strrchr(*filters, '=');
        const char *level = sign == NULL ? "" : sign + 1;
        if (sign == NULL || sign == *filters ||
            (strcmp(level, "info") != 0 && strcmp(level, "off") != 0)) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                        "--log: found '%s', expected PATTERN=info or PATTERN=off, where PATTERN "
                        "is all, coordinator, or a peer's number or name",
                        *filters);
            return NULL;
        }
        const LogFilter filter = {.pattern = g_strndup(*filters, (gsize)(sign - *filters)),
                                  .is_on = strcmp(level, "info") == 0};
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

bool log_lines_are_on(const LogLines *lines)
{
    return lines->filters->len > 0;
}

void log_lines_set_network(LogLines *lines, const Network *network)
{
    lines->network = network;
}

void log_lines_print(void *data, SimTime now, EntityId peer, const char *text)
{
    const LogLines *lines = data;
    const bool is_coordinator = peer == network_peer_count(lines->network);
    const char *const *names = network_peer_names(lines->network);
    const char *name = is_coordinator ? "coordinator" : names == NULL ? NULL : names[peer];
    char number[16];
    g_snprintf(number, sizeof number, "%u", peer);
    bool is_on = false;
    for (guint i = 0; i < lines->filters->len; i++) {
        const LogFilter *filter = &g_array_index(lines->filters, LogFilter, i);
        if (strcmp(filter->pattern, "all") == 0 ||
            (!is_coordinator && g_pattern_match_simple(filter->pattern, number)) ||
            (name != NULL && g_pattern_match_simple(filter->pattern, name))) {
            is_on = filter->is_on;
        }
    }
    if (!is_on) {
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

/* SPDX-License-Identifier: MIT */
#include "scenarios/timeline_csv.h"

#include "scenarios/scenario_file.h"

#include <string.h>

#define HEADER "time,action,arguments"

/* Without spaces and quotes around it; a doubled quote inside is one. */
static char *field_text(const char *text)
{
    g_autofree char *field = g_strstrip(g_strdup(text));
    const size_t length = strlen(field);
    if (length < 2 || field[0] != '"' || field[length - 1] != '"') {
        return g_steal_pointer(&field);
    }
    field[length - 1] = '\0';
    g_auto(GStrv) parts = g_strsplit(field + 1, "\"\"", -1);
    return g_strjoinv("\"", parts);
}

static bool read_row(const char *line, const TextPlace *place, GPtrArray *rows, GError **error)
{
    g_auto(GStrv) fields = g_strsplit(line, ",", 3);
    const guint count = g_strv_length(fields);
    g_autofree char *time = field_text(fields[0]);
    g_autofree char *action = field_text(count > 1 ? fields[1] : "");
    g_autofree char *arguments = field_text(count > 2 ? fields[2] : "");
    if (*time == '\0' || *action == '\0') {
        return text_place_refuse(place, NULL, error,
                                 "found '%s', expected " HEADER ", such as 10s,crash,{0..9}", line);
    }
    TimelineRow *row = g_new0(TimelineRow, 1);
    row->time = g_steal_pointer(&time);
    row->action = g_strjoin(*arguments == '\0' ? "" : " ", action, arguments, NULL);
    row->place = *place;
    g_ptr_array_add(rows, row);
    return true;
}

bool timeline_csv_read(const char *text, gsize length, const char *name, GPtrArray *rows,
                       GError **error)
{
    if (!text_check(text, length, name, error)) {
        return false;
    }
    g_autofree char *copy = g_strndup(text, length);
    g_auto(GStrv) lines = g_strsplit(copy, "\n", -1);
    bool has_header = false;
    for (guint i = 0; lines[i] != NULL; i++) {
        const TextPlace place = {.file = name, .line = i + 1, .column = 1};
        const char *line = g_strstrip(lines[i]);
        if (g_str_has_prefix(line, "\xEF\xBB\xBF")) {
            line += 3; /* a byte order mark, as spreadsheets write it */
        }
        if (*line == '\0' || *line == '#') {
            continue;
        }
        if (!has_header) {
            if (strcmp(line, HEADER) != 0) {
                return text_place_refuse(&place, NULL, error,
                                         "found '%s', expected the header " HEADER, line);
            }
            has_header = true;
        } else if (!read_row(line, &place, rows, error)) {
            return false;
        }
    }
    const TextPlace place = {.file = name};
    return has_header ||
           text_place_refuse(&place, NULL, error, "found no line, expected the header " HEADER);
}

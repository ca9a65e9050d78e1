/* SPDX-License-Identifier: MIT */
/* A draft as files: what is written here is what a user runs, and what each trial runs too. */
#include "scenarios/draft.h"

#include "sim/error.h"
#include "sim/value_text.h"

#include <glib/gstdio.h>
#include <string.h>

/* A scalar that YAML reads as this text and nothing else. */
static void append_scalar(GString *text, const char *value)
{
    static const char LEADING[] = "-?:,[]{}#&*!|>'\"%@`= ";
    const size_t length = strlen(value);
    const bool is_plain = length > 0 && strchr(LEADING, value[0]) == NULL &&
                          strstr(value, ": ") == NULL && strstr(value, " #") == NULL &&
                          value[length - 1] != ':' && value[length - 1] != ' ' &&
                          strchr(value, '\n') == NULL;
    if (is_plain) {
        g_string_append(text, value);
        return;
    }
    g_string_append_c(text, '\'');
    for (const char *at = value; *at != '\0'; at++) {
        g_string_append(text, *at == '\'' ? "''" : (char[]){*at, '\0'});
    }
    g_string_append_c(text, '\'');
}

static void append_key(GString *text, const char *key, const char *value, bool is_list)
{
    g_string_append_printf(text, "  %s: ", key);
    if (is_list) {
        g_string_append(text, value);
    } else {
        append_scalar(text, value);
    }
    g_string_append_c(text, '\n');
}

/* The keys of one section, from those that are given and those that the draft itself has. */
static void append_section(GString *text, const Draft *draft, const char *section, const char *own)
{
    const size_t length = strlen(section);
    g_string_append_printf(text, "%s:\n%s", section, own == NULL ? "" : own);
    for (guint i = 0; i < draft->settings->len; i++) {
        const DraftSetting *setting = g_ptr_array_index(draft->settings, i);
        if (strncmp(setting->key, section, length) == 0 && setting->key[length] == '.') {
            append_key(text, setting->key + length + 1, setting->text, setting->is_list);
        }
    }
}

static bool has_section(const Draft *draft, const char *section)
{
    g_autofree char *prefix = g_strconcat(section, ".", NULL);
    for (guint i = 0; i < draft->settings->len; i++) {
        if (g_str_has_prefix(((DraftSetting *)g_ptr_array_index(draft->settings, i))->key,
                             prefix)) {
            return true;
        }
    }
    return false;
}

/* The sections in which the draft has lines of its own come first, and in this order. */
static void append_sections(GString *text, const Draft *draft, const char *stem)
{
    g_autofree char *peers = g_strdup_printf("  count: %u\n", draft->peer_count);
    g_autofree char *latency = value_print(draft->latency, VALUE_DURATION);
    g_autofree char *edges =
        draft->edges == NULL ? NULL : g_strdup_printf("  kind: edge-list(%s-edges.csv)\n", stem);
    g_autofree char *link =
        draft->messages == NULL
            ? NULL
            : g_strdup_printf("  latency: replay(%s.csv, then=%s)\n", stem, latency);
    const struct {
        const char *section, *own;
    } firsts[] = {{"scenario", NULL}, {"peers", peers}, {"topology", edges}, {"link", link}};
    g_autoptr(GPtrArray) written = g_ptr_array_new_with_free_func(g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(firsts); i++) {
        if (firsts[i].own != NULL || has_section(draft, firsts[i].section)) {
            append_section(text, draft, firsts[i].section, firsts[i].own);
        }
        g_ptr_array_add(written, g_strdup(firsts[i].section));
    }
    for (guint i = 0; i < draft->settings->len; i++) {
        const DraftSetting *setting = g_ptr_array_index(draft->settings, i);
        g_autofree char *section = g_strndup(setting->key, strcspn(setting->key, "."));
        if (!g_ptr_array_find_with_equal_func(written, section, g_str_equal, NULL)) {
            append_section(text, draft, section, NULL);
            g_ptr_array_add(written, g_steal_pointer(&section));
        }
    }
}

static char *scenario_text(const Draft *draft, const char *stem, const char *comment)
{
    GString *text = g_string_new(NULL);
    g_auto(GStrv) lines = g_strsplit(comment == NULL ? "" : comment, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        g_string_append_printf(text, "# %s\n", *line);
    }
    append_sections(text, draft, stem);
    if (draft->rows->len > 0) {
        g_string_append(text, "timeline:\n");
    }
    for (guint i = 0; i < draft->rows->len; i++) {
        const DraftRow *row = g_ptr_array_index(draft->rows, i);
        g_autofree char *time = value_print(row->time, VALUE_DURATION);
        g_string_append_printf(text, "  - %s: ", time);
        append_scalar(text, row->action);
        g_string_append_c(text, '\n');
    }
    if (draft->expectations->len > 0) {
        g_string_append(text, "expect:\n");
    }
    for (guint i = 0; i < draft->expectations->len; i++) {
        g_string_append(text, "  - ");
        append_scalar(text, g_ptr_array_index(draft->expectations, i));
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static char *messages_text(const Draft *draft)
{
    GString *text = g_string_new("sender,receiver,delay\n");
    for (guint i = 0; i < draft->messages->len; i++) {
        const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        g_autofree char *latency =
            message->latency == 0 ? NULL : value_print(message->latency, VALUE_DURATION);
        g_string_append_printf(text, "%u,%u,%s\n", message->sender, message->receiver,
                               latency == NULL ? "lost" : latency);
    }
    return g_string_free(text, FALSE);
}

/* With the counts on top, since peers may be without an edge. */
static char *edges_text(const Draft *draft)
{
    GString *text = g_string_new(NULL);
    g_string_printf(text, "%u,%u\n", draft->peer_count, draft->edges->len);
    for (guint i = 0; i < draft->edges->len; i++) {
        const DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        g_string_append_printf(text, "%u,%u\n", edge->from, edge->to);
    }
    return g_string_free(text, FALSE);
}

DraftText draft_text(const Draft *draft, const char *stem, const char *comment)
{
    return (DraftText){
        .scenario = scenario_text(draft, stem, comment),
        .messages = draft->messages == NULL ? NULL : messages_text(draft),
        .edges = draft->edges == NULL ? NULL : edges_text(draft),
    };
}

void draft_text_clear(DraftText *text)
{
    g_clear_pointer(&text->scenario, g_free);
    g_clear_pointer(&text->messages, g_free);
    g_clear_pointer(&text->edges, g_free);
}

static bool write_file(const char *text, const char *folder, const char *stem, const char *ending,
                       GError **error)
{
    if (text == NULL) {
        return true;
    }
    g_autofree char *name = g_strconcat(stem, ending, NULL);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    GError *problem = NULL;
    g_unlink(path); /* an existing file would be written over without being cut */
    if (g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0666, &problem)) {
        return true;
    }
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_ENVIRONMENT, "%s: %s", path, problem->message);
    g_error_free(problem);
    return false;
}

bool draft_text_write(const DraftText *text, const char *folder, const char *stem, GError **error)
{
    return write_file(text->messages, folder, stem, ".csv", error) &&
           write_file(text->edges, folder, stem, "-edges.csv", error) &&
           write_file(text->scenario, folder, stem, ".yaml", error);
}

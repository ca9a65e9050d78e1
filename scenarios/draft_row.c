/* SPDX-License-Identifier: MIT */
/* A row is split into words and held against its usage, whose words in capitals say what can be
 * renumbered (PEER, PEERS) and what can be made smaller (COUNT). */
#include "scenarios/draft_row.h"

#include "models/fault_plan.h"
#include "models/usage.h"
#include "sim/record.h"
#include "sim/value_text.h"

#include <string.h>

/* A row as its words and the words of its usage, of the same number. */
typedef struct RowWords {
    char **words, **forms;
} RowWords;

static void row_words_clear(RowWords *row)
{
    g_strfreev(row->words);
    g_strfreev(row->forms);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RowWords, row_words_clear)

static bool row_words_read(RowWords *row, const Action *actions, const char *action)
{
    row->words = usage_split(action, NULL);
    const char *usage = row->words == NULL || row->words[0] == NULL
                            ? NULL
                            : fault_plan_usage(actions, (const char *const *)row->words);
    if (usage == NULL) {
        return false;
    }
    row->forms = g_strsplit(usage, " ", -1);
    return g_strv_length(row->forms) == g_strv_length(row->words);
}

static bool is_peers(const char *form)
{
    return g_str_equal(form, "PEER") || g_str_equal(form, "PEERS");
}

/* `{0..3, 7}`, or a number alone. */
static char *set_text(const GArray *members)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < members->len; i++) {
        const EntityId first = g_array_index(members, EntityId, i);
        guint end = i;
        while (end + 1 < members->len &&
               g_array_index(members, EntityId, end + 1) == first + (end + 1 - i)) {
            end++;
        }
        g_string_append(text, i == 0 ? "" : ", ");
        g_string_append_printf(text, end > i ? "%u..%u" : "%u", first,
                               g_array_index(members, EntityId, end));
        i = end;
    }
    if (members->len > 1) {
        g_string_prepend_c(text, '{');
        g_string_append_c(text, '}');
    }
    return g_string_free(text, FALSE);
}

/* NULL when nobody is left. */
static char *rename_peers(const char *word, const DraftPeers *peers, EntityId dropped)
{
    g_autoptr(PeerSet) set = peer_set_new(word, peers->count, peers->names, NULL);
    if (set == NULL) {
        return NULL;
    }
    if (peer_set_count(set) == peers->count && peers->count > 1) {
        return g_strdup("all");
    }
    g_autoptr(GArray) members = g_array_new(FALSE, FALSE, sizeof(EntityId));
    for (uint32_t i = 0; i < peer_set_count(set); i++) {
        const EntityId member = peer_set_member(set, i);
        const EntityId renamed = member > dropped ? member - 1 : member;
        if (member != dropped) {
            g_array_append_val(members, renamed);
        }
    }
    return members->len == 0 ? NULL : set_text(members);
}

char *draft_set_rename(const char *text, const DraftPeers *peers, EntityId dropped,
                       bool *ret_is_set)
{
    g_autoptr(PeerSet) set = peer_set_new(text, peers->count, peers->names, NULL);
    *ret_is_set = set != NULL;
    return rename_peers(text, peers, dropped);
}

/* As usage_split() reads it back: quotes around what would fall apart or lose its own. */
static void append_word(GString *text, const char *word)
{
    g_auto(GStrv) parts = usage_split(word, NULL);
    const bool is_whole =
        parts != NULL && parts[0] != NULL && parts[1] == NULL && strcmp(parts[0], word) == 0;
    const char *quote = is_whole ? "" : strchr(word, '"') != NULL ? "'" : "\"";
    g_string_append_printf(text, "%s%s%s%s", text->len == 0 ? "" : " ", quote, word, quote);
}

char *draft_row_rename(const Action *actions, const char *action, const DraftPeers *peers,
                       EntityId dropped)
{
    g_auto(RowWords) row = {0};
    if (!row_words_read(&row, actions, action)) {
        return NULL;
    }
    g_autoptr(GString) text = g_string_new(NULL);
    for (unsigned i = 0; row.words[i] != NULL; i++) {
        if (!is_peers(row.forms[i])) {
            append_word(text, row.words[i]);
            continue;
        }
        g_autofree char *renamed = rename_peers(row.words[i], peers, dropped);
        if (renamed == NULL) {
            return NULL;
        }
        append_word(text, renamed);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

void draft_row_peers(const Draft *draft, const DraftRow *row, EntityId *ret_first,
                     EntityId *ret_second)
{
    EntityId found[2] = {RECORD_NO_PEER, RECORD_NO_PEER};
    unsigned count = 0;
    g_auto(RowWords) words = {0};
    const bool is_read = row_words_read(&words, draft_actions(draft), row->action);
    for (unsigned i = 0; is_read && words.words[i] != NULL && count < 2; i++) {
        if (is_peers(words.forms[i])) {
            g_autoptr(PeerSet) set = peer_set_new(words.words[i], draft->peer_count, NULL, NULL);
            const bool is_one = set != NULL && peer_set_count(set) == 1;
            found[count++] = is_one ? peer_set_member(set, 0) : RECORD_NO_PEER;
        }
    }
    *ret_first = found[0];
    *ret_second = found[1];
}

/* The place of the number among the words, or -1. */
static int number_place(const RowWords *row, unsigned index)
{
    for (unsigned i = 0; row->words[i] != NULL; i++) {
        if (g_str_equal(row->forms[i], "COUNT") && index-- == 0) {
            return (int)i;
        }
    }
    return -1;
}

int64_t draft_row_number(const Draft *draft, const DraftRow *row, unsigned index)
{
    g_auto(RowWords) words = {0};
    if (!row_words_read(&words, draft_actions(draft), row->action)) {
        return -1;
    }
    const int place = number_place(&words, index);
    int64_t number;
    return place >= 0 && value_parse(words.words[place], VALUE_COUNT, &number, NULL) ? number : -1;
}

void draft_row_set_number(const Draft *draft, DraftRow *row, unsigned index, int64_t number)
{
    g_auto(RowWords) words = {0};
    const bool is_read = row_words_read(&words, draft_actions(draft), row->action);
    const int place = is_read ? number_place(&words, index) : -1;
    g_assert(place >= 0);
    g_autoptr(GString) text = g_string_new(NULL);
    for (int i = 0; words.words[i] != NULL; i++) {
        g_autofree char *value = i == place ? g_strdup_printf("%" G_GINT64_FORMAT, number) : NULL;
        append_word(text, value != NULL ? value : words.words[i]);
    }
    g_free(row->action);
    row->action = g_string_free(g_steal_pointer(&text), FALSE);
}

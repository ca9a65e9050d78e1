/* SPDX-License-Identifier: MIT */
/* Timeline rows: splitting and matching. */
#include "models/usage.h"

#include "sim/error.h"
#include "sim/value_text.h"

#include <string.h>

char **usage_split(const char *text, GError **error)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) word = g_string_new(NULL);
    unsigned depth = 0;
    char quote = '\0';
    bool is_word = false;
    for (const char *at = text;; at++) {
        const bool is_end = *at == '\0';
        if (is_end && (depth > 0 || quote != '\0')) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected a closing %s",
                        text, quote != '\0' ? "quote" : "} or )");
            return NULL;
        }
        if (is_end || (quote == '\0' && depth == 0 && g_ascii_isspace(*at))) {
            if (is_word) {
                g_ptr_array_add(words, g_strdup(word->str));
            }
            g_string_truncate(word, 0);
            is_word = false;
            if (is_end) {
                break;
            }
            continue;
        }
        is_word = true;
        if (quote == '\0' && (*at == '"' || *at == '\'')) {
            quote = *at;
        } else if (quote != '\0' && *at == quote) {
            quote = '\0';
        } else {
            depth += quote == '\0' && (*at == '{' || *at == '(');
            depth -= quote == '\0' && depth > 0 && (*at == '}' || *at == ')');
            g_string_append_c(word, *at);
        }
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

static bool match_peers(const char *type, const char *word, const UsageContext *context,
                        UsageMatch *match, int64_t *argument, GError **error)
{
    g_autoptr(PeerSet) set = peer_set_new(word, context->peer_count, context->peer_names, error);
    if (set == NULL) {
        return false;
    }
    if (g_str_equal(type, "PEER")) {
        if (peer_set_count(set) != 1) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected one peer",
                        word);
            return false;
        }
        *argument = peer_set_member(set, 0);
    }
    if (match->set_count < G_N_ELEMENTS(match->sets)) {
        match->sets[match->set_count++] = g_steal_pointer(&set);
    }
    return true;
}

/* One typed word. */
static bool match_typed(const char *type, const char *word, const UsageContext *context,
                        UsageMatch *match, GError **error)
{
    g_assert(match->count < USAGE_ARGUMENTS_MAX);
    int64_t *argument = &match->arguments[match->count++];
    double probability;
    if (g_str_equal(type, "PEER") || g_str_equal(type, "PEERS")) {
        return match_peers(type, word, context, match, argument, error);
    }
    if (g_str_equal(type, "COUNT")) {
        return value_parse(word, VALUE_COUNT, argument, error);
    }
    if (g_str_equal(type, "DURATION")) {
        return value_parse(word, VALUE_DURATION, argument, error);
    }
    if (g_str_equal(type, "PROBABILITY")) {
        if (!value_parse_probability(word, &probability, error)) {
            return false;
        }
        *argument = (int64_t)(probability * 4294967296.0);
        return true;
    }
    g_assert(g_str_equal(type, "TEXT"));
    if (match->text_count < G_N_ELEMENTS(match->texts)) {
        match->texts[match->text_count++] = word;
    }
    return true;
}

static bool match_words(char **forms, char **words, const UsageContext *context, UsageMatch *match,
                        GError **error)
{
    const unsigned count = g_strv_length(words);
    if (count != g_strv_length(forms)) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found %u words", count);
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        if (g_ascii_isupper(forms[i][0])) {
            if (!match_typed(forms[i], words[i], context, match, error)) {
                return false;
            }
        } else if (strcmp(forms[i], words[i]) != 0) {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected '%s'",
                        words[i], forms[i]);
            return false;
        }
    }
    return true;
}

bool usage_match(const char *usage, char **words, const UsageContext *context, UsageMatch *match,
                 GError **error)
{
    g_auto(GStrv) forms = g_strsplit(usage, " ", -1);
    *match = (UsageMatch){0};
    if (match_words(forms, words, context, match, error)) {
        return true;
    }
    peer_set_free(match->sets[0]);
    peer_set_free(match->sets[1]);
    *match = (UsageMatch){0};
    if (error != NULL && *error != NULL) {
        g_autofree char *found = g_strdup((*error)->message);
        g_free((*error)->message);
        (*error)->message = g_strdup_printf("%s; usage: %s", found, usage);
    }
    return false;
}

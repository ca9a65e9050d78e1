/* SPDX-License-Identifier: MIT */
/* One pass over the text splits it at the commas that stand outside inner parentheses, braces and
 * quotes; nothing recurses, so nesting costs no stack. */
#include "sim/call_text.h"

#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

typedef struct Option {
    char *key;
    char *value;
} Option;

struct CallText {
    char *name;
    bool has_parentheses;
    GPtrArray *arguments; /* of char * */
    GArray *options;      /* of Option */
};

static bool refuse(const char *text, const char *expected, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s", text, expected);
    return false;
}

static void option_clear(void *data)
{
    Option *option = data;
    g_free(option->key);
    g_free(option->value);
}

static bool is_word(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && text[i] != '-' && text[i] != '_') {
            return false;
        }
    }
    return length > 0 && g_ascii_isalpha(text[0]);
}

/* Text in quotes is taken as it stands between them. */
static char *unquoted(const char *text)
{
    const size_t length = strlen(text);
    if (length >= 2 && (text[0] == '"' || text[0] == '\'') &&
        strchr(text + 1, text[0]) == text + length - 1) {
        return g_strndup(text + 1, length - 2);
    }
    return g_strdup(text);
}

static bool take_argument(CallText *call, const char *from, const char *to, const char *text,
                          GError **error)
{
    g_autofree char *argument = g_strstrip(g_strndup(from, (size_t)(to - from)));
    const char *equals = strchr(argument, '=');
    if (*argument == '\0') {
        return refuse(text, "an argument on both sides of each comma", error);
    }
    g_autofree char *key =
        equals == NULL ? NULL : g_strchomp(g_strndup(argument, (size_t)(equals - argument)));
    if (key == NULL || !is_word(key, strlen(key))) {
        if (call->options->len > 0) {
            return refuse(text, "plain arguments before those with key=", error);
        }
        g_ptr_array_add(call->arguments, unquoted(argument));
        return true;
    }
    if (call_text_option(call, key) != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected '%s=' only once",
                    text, key);
        return false;
    }
    const char *value = equals + 1;
    while (g_ascii_isspace(*value)) {
        value++;
    }
    if (*value == '\0') {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a value after '%s='", text, key);
        return false;
    }
    Option option = {.key = g_steal_pointer(&key), .value = unquoted(value)};
    g_array_append_val(call->options, option);
    return true;
}

/* `at` stands on the opening parenthesis; the matching one must end the text. */
static bool split_arguments(CallText *call, const char *at, const char *text, GError **error)
{
    g_autoptr(GString) closers = g_string_new(")");
    const char *from = ++at;
    for (; *at != '\0'; at++) {
        const char closer = closers->str[closers->len - 1];
        if (closer == '"' || closer == '\'') {
            if (*at == closer) {
                g_string_truncate(closers, closers->len - 1);
            }
        } else if (*at == '(' || *at == '{') {
            g_string_append_c(closers, *at == '(' ? ')' : '}');
        } else if (*at == '"' || *at == '\'') {
            g_string_append_c(closers, *at);
        } else if (*at == ')' || *at == '}') {
            if (*at != closer) {
                return refuse(text, "parentheses and braces in pairs", error);
            }
            g_string_truncate(closers, closers->len - 1);
            if (closers->len == 0) {
                break;
            }
        } else if (*at == ',' && closers->len == 1) {
            if (!take_argument(call, from, at, text, error)) {
                return false;
            }
            from = at + 1;
        }
    }
    if (*at == '\0') {
        const char closer = closers->str[closers->len - 1];
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected a closing %c",
                    text, closer);
        return false;
    }
    if (at[1] != '\0') {
        return refuse(text, "nothing after the closing parenthesis", error);
    }
    const bool is_empty = call->arguments->len + call->options->len == 0 &&
                          strspn(from, " \t\r\n") == (size_t)(at - from);
    return is_empty || take_argument(call, from, at, text, error);
}

CallText *call_text_new(const char *text, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    g_autoptr(CallText) call = g_new0(CallText, 1);
    const char *open = strchr(trimmed, '(');
    call->arguments = g_ptr_array_new_with_free_func(g_free);
    call->options = g_array_new(FALSE, FALSE, sizeof(Option));
    g_array_set_clear_func(call->options, option_clear);
    if (*trimmed == '\0') {
        refuse(trimmed, "a value", error);
        return NULL;
    }
    if (open == NULL) {
        if (strchr(trimmed, ')') != NULL) {
            refuse(trimmed, "an opening parenthesis before the closing one", error);
            return NULL;
        }
        call->name = g_steal_pointer(&trimmed);
        return g_steal_pointer(&call);
    }
    call->has_parentheses = true;
    call->name = g_strchomp(g_strndup(trimmed, (size_t)(open - trimmed)));
    if (!is_word(call->name, strlen(call->name))) {
        refuse(trimmed, "a name before the parenthesis, as in uniform(1ms, 5ms)", error);
        return NULL;
    }
    if (!split_arguments(call, open, trimmed, error)) {
        return NULL;
    }
    return g_steal_pointer(&call);
}

void call_text_free(CallText *call)
{
    if (call == NULL) {
        return;
    }
    g_free(call->name);
    g_ptr_array_unref(call->arguments);
    g_array_unref(call->options);
    g_free(call);
}

const char *call_text_name(const CallText *call)
{
    return call->name;
}

bool call_text_has_parentheses(const CallText *call)
{
    return call->has_parentheses;
}

unsigned call_text_count(const CallText *call)
{
    return call->arguments->len;
}

const char *call_text_argument(const CallText *call, unsigned index)
{
    return index < call->arguments->len ? g_ptr_array_index(call->arguments, index) : NULL;
}

const char *call_text_option(const CallText *call, const char *key)
{
    for (unsigned i = 0; i < call->options->len; i++) {
        const Option *option = &g_array_index(call->options, Option, i);
        if (strcmp(option->key, key) == 0) {
            return option->value;
        }
    }
    return NULL;
}

/* The first option that is not among `keys`, or NULL. */
static const char *unknown_option(const CallText *call, const char *const *keys)
{
    for (unsigned i = 0; i < call->options->len; i++) {
        const char *key = g_array_index(call->options, Option, i).key;
        bool is_known = false;
        for (unsigned j = 0; keys[j] != NULL && !is_known; j++) {
            is_known = strcmp(keys[j], key) == 0;
        }
        if (!is_known) {
            return key;
        }
    }
    return NULL;
}

bool call_text_expect(const CallText *call, unsigned least, unsigned most, const char *const *keys,
                      const char *usage, GError **error)
{
    static const char *const no_keys[] = {NULL};
    const unsigned count = call->arguments->len;
    if (keys == NULL) {
        keys = no_keys;
    }
    const char *unknown = unknown_option(call, keys);
    if (unknown != NULL) {
        const char *nearest = nearest_name(unknown, keys);
        g_autofree char *hint =
            nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s='?", nearest);
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s=' in %s, expected %s%s",
                    unknown, call->name, usage, hint);
        return false;
    }
    if (count < least || count > most) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found %u argument%s of %s, expected %s",
                    count, count == 1 ? "" : "s", call->name, usage);
        return false;
    }
    return true;
}

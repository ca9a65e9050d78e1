/* SPDX-License-Identifier: MIT */
/* Read letter by letter, as quotes may hide any of the marks. What is not a flat list of scalars is
 * refused rather than guessed at: a bracket inside an element is mostly a list inside a list, and a
 * parenthesis left open is a call that a comma has cut in two. */
#include "sim/list_text.h"

#include "sim/error.h"

#include <stdbool.h>
#include <string.h>

typedef struct Reader {
    const char *text; /* all of it, for messages */
    const char *at;
    GPtrArray *elements;
} Reader;

static bool refuse(const Reader *reader, const char *expected, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s", reader->text,
                expected);
    return false;
}

static void skip_space(Reader *reader)
{
    reader->at += strspn(reader->at, " \t\r\n");
}

static bool read_quoted(Reader *reader, GError **error)
{
    const char quote = *reader->at++;
    g_autoptr(GString) element = g_string_new("");
    for (; *reader->at != '\0'; reader->at++) {
        const bool is_doubled = quote == '\'' && *reader->at == quote && reader->at[1] == quote;
        if (is_doubled || (quote == '"' && *reader->at == '\\' && reader->at[1] != '\0')) {
            reader->at++;
        } else if (*reader->at == quote) {
            reader->at++;
            g_ptr_array_add(reader->elements, g_string_free(g_steal_pointer(&element), FALSE));
            return true;
        }
        g_string_append_c(element, *reader->at);
    }
    return refuse(reader, "a closing quote", error);
}

static bool read_plain(Reader *reader, GError **error)
{
    const size_t length = strcspn(reader->at, ",[]");
    g_autofree char *element = g_strstrip(g_strndup(reader->at, length));
    int open = 0;
    if (reader->at[length] == '[') {
        return refuse(reader,
                      "a list without lists in it; put quotes around an element that has "
                      "brackets",
                      error);
    }
    if (*element == '\0') {
        return refuse(reader, "a value between the commas; write \"\" for an empty one", error);
    }
    for (const char *letter = element; *letter != '\0'; letter++) {
        open += (*letter == '(') - (*letter == ')');
    }
    if (open > 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a closing parenthesis; a comma splits the values in "
                    "brackets, so put quotes around this one",
                    element);
        return false;
    }
    reader->at += length;
    g_ptr_array_add(reader->elements, g_steal_pointer(&element));
    return true;
}

/* Up to the closing bracket, and nothing may follow that. */
static bool read_elements(Reader *reader, GError **error)
{
    skip_space(reader);
    if (*reader->at++ != '[') {
        return refuse(reader, "a list such as [Tokyo, Paris]", error);
    }
    skip_space(reader);
    bool is_open = *reader->at != ']';
    while (is_open) {
        skip_space(reader);
        const bool is_quoted = *reader->at == '"' || *reader->at == '\'';
        if (!(is_quoted ? read_quoted(reader, error) : read_plain(reader, error))) {
            return false;
        }
        skip_space(reader);
        if (*reader->at != ',' && *reader->at != ']') {
            return refuse(reader, *reader->at == '\0' ? "a closing ]" : "a comma after a quote",
                          error);
        }
        is_open = *reader->at == ',';
        reader->at += is_open;
    }
    reader->at++;
    skip_space(reader);
    return *reader->at == '\0' || refuse(reader, "nothing after the closing ]", error);
}

char **list_text_read(const char *text, GError **error)
{
    g_autoptr(GPtrArray) elements = g_ptr_array_new_with_free_func(g_free);
    Reader reader = {.text = text, .at = text, .elements = elements};
    if (!read_elements(&reader, error)) {
        return NULL;
    }
    g_ptr_array_add(elements, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&elements), FALSE);
}

/* Wider than what the reader here needs, so that the text can be put into a scenario file. */
static bool needs_quotes(const char *element)
{
    return *element == '\0' || g_ascii_isspace(*element) ||
           g_ascii_isspace(element[strlen(element) - 1]) ||
           strpbrk(element, ",[]{}()\"'\\:#&*!|>%@`\t\r\n") != NULL;
}

char *list_text_print(const char *const *elements)
{
    GString *text = g_string_new("[");
    for (size_t i = 0; elements[i] != NULL; i++) {
        g_string_append(text, i == 0 ? "" : ", ");
        if (!needs_quotes(elements[i])) {
            g_string_append(text, elements[i]);
            continue;
        }
        g_string_append_c(text, '"');
        for (const char *letter = elements[i]; *letter != '\0'; letter++) {
            g_string_append(text, *letter == '"' || *letter == '\\' ? "\\" : "");
            g_string_append_c(text, *letter);
        }
        g_string_append_c(text, '"');
    }
    g_string_append_c(text, ']');
    return g_string_free(text, FALSE);
}

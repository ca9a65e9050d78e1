/* SPDX-License-Identifier: MIT */
/* Recursive descent over the text, evaluated at once: constraints are short and few. */
#include "scenarios/sweep_constraint.h"

#include "scenarios/sweep_value.h"
#include "sim/error.h"

#include <string.h>

#define DEPTH_MAX 64

typedef struct Reader {
    const char *at;
    SweepLookup lookup;
    void *data;
    unsigned depth;
    GError **error;
} Reader;

/* A number, or the text of a side that is only one word. */
typedef struct Operand {
    bool is_number;
    double number;
    char *text; /* owned; NULL when it was computed */
} Operand;

static bool read_sum(Reader *reader, Operand *ret_operand);

static void skip_spaces(Reader *reader)
{
    reader->at += strspn(reader->at, " \t\n");
}

static bool accept(Reader *reader, const char *sign)
{
    skip_spaces(reader);
    if (!g_str_has_prefix(reader->at, sign)) {
        return false;
    }
    reader->at += strlen(sign);
    return true;
}

static bool refuse_here(const Reader *reader, const char *expected)
{
    return *reader->at == '\0'
               ? skein_refuse(reader->error, "found the end, expected %s", expected)
               : skein_refuse(reader->error, "found '%s', expected %s", reader->at, expected);
}

/* `20ms`, `5%`, `10Mbit/s`: a slash belongs to a unit only before the s of a rate. */
static bool read_literal(Reader *reader, Operand *ret_operand)
{
    size_t length = strspn(reader->at, "0123456789.");
    length += strspn(reader->at + length, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%");
    if (g_str_has_prefix(reader->at + length, "/s") && !g_ascii_isalnum(reader->at[length + 2])) {
        length += 2;
    }
    Operand operand = {.is_number = true, .text = g_strndup(reader->at, length)};
    if (!sweep_value_number(operand.text, &operand.number)) {
        g_free(operand.text);
        return refuse_here(reader, "a number with its unit, such as 20ms or 5%");
    }
    reader->at += length;
    *ret_operand = operand;
    return true;
}

/* `link.loss`, or a word such as datagram or tcp/noise that no setting is called. A name with a
 * slash is first tried without what follows it, so that link.a/link.b divides. */
static bool read_name(Reader *reader, Operand *ret_operand)
{
    static const char LETTERS[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strspn(reader->at, LETTERS);
    g_autofree char *name = g_strndup(reader->at, length);
    const char *value = strchr(name, '.') == NULL ? NULL : reader->lookup(reader->data, name);
    if (value == NULL && strchr(name, '.') != NULL) {
        return skein_refuse(reader->error, "found '%s', expected a setting", name);
    }
    while (value == NULL && reader->at[length] == '/') {
        length += 1 + strspn(reader->at + length + 1, LETTERS);
    }
    Operand operand = {.text = value != NULL ? g_strdup(value) : g_strndup(reader->at, length)};
    operand.is_number = value != NULL && sweep_value_number(value, &operand.number);
    reader->at += length;
    *ret_operand = operand;
    return true;
}

static bool read_factor(Reader *reader, Operand *ret_operand)
{
    skip_spaces(reader);
    if (g_ascii_isdigit(*reader->at) || *reader->at == '.') {
        return read_literal(reader, ret_operand);
    }
    if (g_ascii_isalpha(*reader->at)) {
        return read_name(reader, ret_operand);
    }
    if (reader->depth == DEPTH_MAX) {
        return refuse_here(reader, "fewer parentheses");
    }
    reader->depth++;
    if (accept(reader, "(")) {
        if (!read_sum(reader, ret_operand)) {
            return false;
        }
        if (!accept(reader, ")")) {
            g_free(ret_operand->text);
            return refuse_here(reader, "')'");
        }
        reader->depth--;
        return true;
    }
    return refuse_here(reader, "a setting, a number or '('");
}

/* Both sides of a sign have to be numbers. */
static bool combine(Reader *reader, Operand *left, char sign, Operand *right)
{
    const Operand *wrong = !left->is_number ? left : !right->is_number ? right : NULL;
    const bool is_fine = wrong == NULL;
    if (!is_fine) {
        skein_refuse(reader->error, "found '%s', expected a number beside %c", wrong->text, sign);
    } else if (sign == '+') {
        left->number += right->number;
    } else if (sign == '-') {
        left->number -= right->number;
    } else if (sign == '*') {
        left->number *= right->number;
    } else {
        left->number /= right->number;
    }
    g_clear_pointer(&left->text, g_free);
    g_clear_pointer(&right->text, g_free);
    return is_fine;
}

static bool read_chain(Reader *reader, const char *signs,
                       bool (*read)(Reader *reader, Operand *ret_operand), Operand *ret_operand)
{
    Operand left, right;
    if (!read(reader, &left)) {
        return false;
    }
    for (;;) {
        skip_spaces(reader);
        const char sign = *reader->at;
        if (sign == '\0' || strchr(signs, sign) == NULL) {
            *ret_operand = left;
            return true;
        }
        reader->at++;
        if (!read(reader, &right)) {
            g_free(left.text);
            return false;
        }
        if (!combine(reader, &left, sign, &right)) {
            return false;
        }
    }
}

static bool read_product(Reader *reader, Operand *ret_operand)
{
    return read_chain(reader, "*/", read_factor, ret_operand);
}

static bool read_sum(Reader *reader, Operand *ret_operand)
{
    return read_chain(reader, "+-", read_product, ret_operand);
}

static bool compare(Reader *reader, const Operand *left, const char *sign, const Operand *right,
                    bool *ret_holds)
{
    const bool is_equality = sign[1] == '=' && (sign[0] == '=' || sign[0] == '!');
    if (left->is_number && right->is_number) {
        const double a = left->number, b = right->number;
        *ret_holds = sign[0] == '='   ? a == b
                     : sign[0] == '!' ? a != b
                     : sign[0] == '<' ? (sign[1] == '=' ? a <= b : a < b)
                                      : (sign[1] == '=' ? a >= b : a > b);
        return true;
    }
    if (is_equality && left->text != NULL && right->text != NULL) {
        *ret_holds = (strcmp(left->text, right->text) == 0) == (sign[0] == '=');
        return true;
    }
    const Operand *wrong = !left->is_number ? left : right;
    return skein_refuse(reader->error, "found '%s', expected a number beside %s",
                        wrong->text == NULL ? "a sum" : wrong->text, sign);
}

bool sweep_constraint_holds(const char *constraint, SweepLookup lookup, void *data, bool *ret_holds,
                            GError **error)
{
    static const char *const SIGNS[] = {"<=", ">=", "==", "!=", "<", ">"};
    Reader reader = {.at = constraint, .lookup = lookup, .data = data, .error = error};
    Operand left = {0}, right = {0};
    const char *sign = NULL;
    if (!read_sum(&reader, &left)) {
        return false;
    }
    for (size_t i = 0; sign == NULL && i < G_N_ELEMENTS(SIGNS); i++) {
        sign = accept(&reader, SIGNS[i]) ? SIGNS[i] : NULL;
    }
    bool is_fine = sign != NULL || refuse_here(&reader, "one of < <= > >= == !=");
    is_fine = is_fine && read_sum(&reader, &right);
    skip_spaces(&reader);
    is_fine = is_fine && (*reader.at == '\0' || refuse_here(&reader, "the end of the constraint"));
    is_fine = is_fine && compare(&reader, &left, sign, &right, ret_holds);
    g_free(left.text);
    g_free(right.text);
    return is_fine;
}

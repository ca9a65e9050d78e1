/* SPDX-License-Identifier: MIT */
/* From text to a distribution and back; what the kinds do stands in distribution_kind.c. */
#include "sim/distribution.h"

#include "sim/distribution_kind.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

bool distribution_refuse(const DistributionReader *reader, const char *name, const char *text,
                         const char *expected)
{
    g_set_error(reader->error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "%s of %s: found '%s', expected %s",
                name, reader->kind->usage, text, expected);
    return false;
}

/* Puts in front of an error of the value parsers which parameter they were reading. */
static bool blame(const DistributionReader *reader, const char *name)
{
    g_prefix_error(reader->error, "%s of %s: ", name, reader->kind->usage);
    return false;
}

void distribution_add_text(DistributionReader *reader, const char *key, const char *text)
{
    const char last = reader->text->str[reader->text->len - 1];
    g_string_append_printf(reader->text, "%s%s%s", last == '(' ? "" : ", ", key, text);
}

/* The shortest decimal that reads back to the same double. */
static char *print_number(double number)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (int digits = 1; digits <= 17; digits++) {
        char format[8];
        g_snprintf(format, sizeof format, "%%.%dg", digits);
        g_ascii_formatd(text, sizeof text, format, number);
        if (g_ascii_strtod(text, NULL) == number) {
            break;
        }
    }
    return g_strdup(text);
}

static bool is_within(double value, Bound bound)
{
    return bound == BOUND_NONE || value > 0 || (bound == BOUND_NOT_NEGATIVE && value == 0);
}

static const char *bound_text(Bound bound)
{
    return bound == BOUND_POSITIVE ? "more than 0" : "at least 0";
}

bool distribution_take_integer(DistributionReader *reader, unsigned index, const char *name,
                               int64_t *ret_value)
{
    const char *text = call_text_argument(reader->call, index);
    if (!value_parse(text, reader->unit, ret_value, reader->error)) {
        return blame(reader, name);
    }
    g_autofree char *canonical = value_print(*ret_value, reader->unit);
    distribution_add_text(reader, "", canonical);
    return true;
}

bool distribution_take_number(DistributionReader *reader, unsigned index, const char *name,
                              Bound bound, double *ret_number)
{
    const char *text = call_text_argument(reader->call, index);
    double number;
    if (!value_parse_number(text, &number, reader->error)) {
        return blame(reader, name);
    }
    if (!is_within(number, bound)) {
        return distribution_refuse(reader, name, text, bound_text(bound));
    }
    g_autofree char *canonical = print_number(number);
    distribution_add_text(reader, "", canonical);
    *ret_number = number;
    return true;
}

bool distribution_take_quantity(DistributionReader *reader, unsigned index, const char *name,
                                Bound bound, double *ret_value)
{
    if (reader->unit == VALUE_COUNT) {
        return distribution_take_number(reader, index, name, bound, ret_value);
    }
    const char *text = call_text_argument(reader->call, index);
    int64_t value;
    if (!value_parse(text, reader->unit, &value, reader->error)) {
        return blame(reader, name);
    }
    if (!is_within((double)value, bound)) {
        return distribution_refuse(reader, name, text, bound_text(bound));
    }
    g_autofree char *canonical = value_print(value, reader->unit);
    distribution_add_text(reader, "", canonical);
    *ret_value = (double)value;
    return true;
}

bool distribution_take_option(DistributionReader *reader, const char *key, int64_t *value)
{
    const char *text = call_text_option(reader->call, key);
    return text == NULL || value_parse(text, reader->unit, value, reader->error) ||
           blame(reader, key);
}

static bool take_limit(DistributionReader *reader, const char *key, int64_t *value)
{
    if (!distribution_take_option(reader, key, value)) {
        return false;
    }
    if (call_text_option(reader->call, key) != NULL) {
        g_autofree char *canonical = value_print(*value, reader->unit);
        g_autofree char *equals = g_strconcat(key, "=", NULL);
        distribution_add_text(reader, equals, canonical);
    }
    return true;
}

static int64_t clamped(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

static bool take_limits(DistributionReader *reader, Distribution *distribution)
{
    int64_t low = INT64_MIN, high = INT64_MAX;
    if (!take_limit(reader, "min", &low) || !take_limit(reader, "max", &high)) {
        return false;
    }
    if (low > high) {
        return distribution_refuse(reader, "min", call_text_option(reader->call, "min"),
                                   "at most max");
    }
    distribution->is_cut = low > distribution->minimum || high < distribution->maximum;
    distribution->minimum = clamped(distribution->minimum, low, high);
    distribution->maximum = clamped(distribution->maximum, low, high);
    return true;
}

static const DistributionKind *find_kind(const char *name)
{
    for (const DistributionKind *kind = DISTRIBUTION_KINDS; kind->name != NULL; kind++) {
        if (strcmp(kind->name, name) == 0) {
            return kind;
        }
    }
    return NULL;
}

static void refuse_kind(const char *text, const char *name, GError **error)
{
    const char *names[32] = {NULL};
    g_autoptr(GString) all = g_string_new(NULL);
    for (size_t i = 0; DISTRIBUTION_KINDS[i].name != NULL && i + 1 < G_N_ELEMENTS(names); i++) {
        names[i] = DISTRIBUTION_KINDS[i].name;
        g_string_append_printf(all, " %s", names[i]);
    }
    const char *nearest = nearest_name(name, names);
    g_autofree char *hint =
        nearest == NULL ? g_strdup("") : g_strdup_printf("; did you mean '%s'?", nearest);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected a value or one of%s%s",
                text, all->str, hint);
}

/* `5ms` is a distribution with one value. A letter in front is more likely a kind whose arguments
 * were forgotten than a value. */
static bool read_plain(const char *name, ValueUnit unit, Distribution *distribution, GError **error)
{
    int64_t value;
    if (g_ascii_isalpha(name[0])) {
        const DistributionKind *kind = find_kind(name);
        if (kind == NULL) {
            refuse_kind(name, name, error);
        } else {
            g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s", name,
                        kind->usage);
        }
        return false;
    }
    if (!value_parse(name, unit, &value, error)) {
        return false;
    }
    distribution->kind = &DISTRIBUTION_KINDS[0];
    distribution->minimum = distribution->maximum = value;
    distribution->text = value_print(value, unit);
    return true;
}

static bool read_call(const char *text, const CallText *call, ValueUnit unit, const char *directory,
                      Distribution *distribution, GError **error)
{
    const DistributionKind *kind = find_kind(call_text_name(call));
    if (kind == NULL) {
        refuse_kind(text, call_text_name(call), error);
        return false;
    }
    if (!call_text_expect(call, kind->argument_count, kind->argument_count, kind->keys, kind->usage,
                          error)) {
        return false;
    }
    g_autoptr(GString) canonical = g_string_new(kind->name);
    g_string_append_c(canonical, '(');
    DistributionReader reader = {.call = call,
                                 .kind = kind,
                                 .unit = unit,
                                 .directory = directory,
                                 .text = canonical,
                                 .error = error};
    distribution->kind = kind;
    if (!kind->read(&reader, distribution) || !take_limits(&reader, distribution)) {
        return false;
    }
    g_string_append_c(canonical, ')');
    distribution->text = kind == &DISTRIBUTION_KINDS[0] ? value_print(distribution->minimum, unit)
                                                        : g_strdup(canonical->str);
    return true;
}

Distribution *distribution_new(const char *text, ValueUnit unit, const char *directory,
                               GError **error)
{
    g_autoptr(Distribution) distribution = g_new0(Distribution, 1);
    g_autoptr(CallText) call = call_text_new(text, error);
    if (call == NULL) {
        return NULL;
    }
    const bool is_read = call_text_has_parentheses(call)
                             ? read_call(text, call, unit, directory, distribution, error)
                             : read_plain(call_text_name(call), unit, distribution, error);
    return is_read ? g_steal_pointer(&distribution) : NULL;
}

void distribution_free(Distribution *distribution)
{
    if (distribution == NULL) {
        return;
    }
    empirical_free(distribution->empirical);
    g_free(distribution->text);
    g_free(distribution->input);
    g_free(distribution);
}

int64_t distribution_draw(const Distribution *distribution, uint64_t key, uint64_t counter)
{
    if (distribution->minimum == distribution->maximum) {
        return distribution->minimum;
    }
    return clamped(distribution->kind->draw(distribution, key, counter), distribution->minimum,
                   distribution->maximum);
}

int64_t distribution_minimum(const Distribution *distribution)
{
    return distribution->minimum;
}

int64_t distribution_maximum(const Distribution *distribution)
{
    return distribution->maximum;
}

bool distribution_is_constant(const Distribution *distribution)
{
    return distribution->minimum == distribution->maximum;
}

double distribution_mean(const Distribution *distribution)
{
    if (distribution_is_constant(distribution)) {
        return (double)distribution->minimum;
    }
    return distribution->is_cut ? __builtin_nan("") : distribution->kind->mean(distribution);
}

const char *const *distribution_usages(void)
{
    return DISTRIBUTION_USAGES;
}

const char *distribution_text(const Distribution *distribution)
{
    return distribution->text;
}

const char *distribution_input(const Distribution *distribution)
{
    return distribution->input;
}

/* SPDX-License-Identifier: MIT */
/* A number of a range is an integer with a form that says how to print it: decimals (mantissa and
 * digits after the point), percentages, or base units. */
#include "scenarios/sweep_value.h"

#include "sim/error.h"
#include "sim/exact_math.h"
#include "sim/value_text.h"

#include <string.h>

#define DIGITS_MAX 15
#define LOG_COUNT_MAX 1000

typedef struct Form {
    bool is_decimal; /* else in base units */
    bool is_percent;
    unsigned scale; /* digits after the point, of decimals */
    ValueUnit unit;
} Form;

typedef struct Number {
    int64_t value;
    Form form;
} Number;

static int64_t power_of_ten(unsigned exponent)
{
    int64_t power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

/* `-12.5`, `5 %`: at most DIGITS_MAX digits. */
static bool read_decimal(const char *text, Number *ret_number)
{
    Number number = {.form = {.is_decimal = true}};
    const bool is_negative = *text == '-';
    const char *at = text + (is_negative ? 1 : 0);
    unsigned digits = 0;
    bool has_point = false;
    for (; g_ascii_isdigit(*at) || (*at == '.' && !has_point); at++) {
        if (*at == '.') {
            has_point = true;
        } else {
            number.value = 10 * number.value + (*at - '0');
            number.form.scale += has_point ? 1 : 0;
            digits++;
        }
        if (digits > DIGITS_MAX) {
            return false;
        }
    }
    const bool ends_well = digits > 0 && at[-1] != '.';
    at += strspn(at, " ");
    number.form.is_percent = *at == '%';
    at += number.form.is_percent ? 1 : 0;
    number.value = is_negative ? -number.value : number.value;
    *ret_number = number;
    return ends_well && *at == '\0';
}

static bool read_number(const char *text, Number *ret_number)
{
    static const ValueUnit UNITS[] = {VALUE_COUNT, VALUE_DURATION, VALUE_SIZE, VALUE_RATE};
    if (read_decimal(text, ret_number)) {
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(UNITS); i++) {
        if (value_parse(text, UNITS[i], &ret_number->value, NULL)) {
            ret_number->form = (Form){.is_decimal = UNITS[i] == VALUE_COUNT, .unit = UNITS[i]};
            return true;
        }
    }
    return false;
}

static char *print_decimal(int64_t value, unsigned scale, const char *suffix)
{
    while (scale > 0 && value % 10 == 0) {
        value /= 10;
        scale--;
    }
    const int64_t one = power_of_ten(scale);
    const int64_t magnitude = value < 0 ? -value : value;
    const char *sign = value < 0 ? "-" : "";
    return scale == 0 ? g_strdup_printf("%s%" G_GINT64_FORMAT "%s", sign, magnitude, suffix)
                      : g_strdup_printf("%s%" G_GINT64_FORMAT ".%0*" G_GINT64_FORMAT "%s", sign,
                                        magnitude / one, (int)scale, magnitude % one, suffix);
}

static char *print_number(const Number *number)
{
    const Form *form = &number->form;
    if (number->value == 0) {
        return g_strdup("0");
    }
    return form->is_decimal ? print_decimal(number->value, form->scale, form->is_percent ? "%" : "")
                            : value_print(number->value, form->unit);
}

/* More digits after the point; false when there is no room for them. */
static bool extend(Number *number, unsigned scale)
{
    while (number->form.scale < scale) {
        if (number->value > INT64_MAX / 100 || number->value < INT64_MIN / 100) {
            return false;
        }
        number->value *= 10;
        number->form.scale++;
    }
    return true;
}

/* Gives numbers one form, that of those which are not 0. */
static bool unify(Number *const *numbers, size_t count)
{
    Form form = numbers[0]->form;
    unsigned scale = 0;
    for (size_t i = 0; i < count; i++) {
        form = numbers[i]->value != 0 ? numbers[i]->form : form;
    }
    for (size_t i = 0; i < count; i++) {
        const Form *own = &numbers[i]->form;
        if (numbers[i]->value == 0) {
            numbers[i]->form = form;
            numbers[i]->form.scale = 0;
        } else if (own->is_decimal != form.is_decimal || own->is_percent != form.is_percent ||
                   own->unit != form.unit) {
            return false;
        }
        scale = MAX(scale, numbers[i]->form.scale);
    }
    for (size_t i = 0; i < count; i++) {
        if (!extend(numbers[i], scale)) {
            return false;
        }
    }
    return true;
}

static void add(GPtrArray *values, int64_t value, Form form)
{
    const Number number = {value, form};
    g_autofree char *text = print_number(&number);
    if (values->len == 0 || strcmp(g_ptr_array_index(values, values->len - 1), text) != 0) {
        g_ptr_array_add(values, g_steal_pointer(&text));
    }
}

static bool expand_steps(Number low, Number high, Number step, GPtrArray *values)
{
    int64_t distance = 0;
    if (!unify((Number *[]){&low, &high, &step}, 3) || step.value <= 0 || high.value < low.value ||
        __builtin_sub_overflow(high.value, low.value, &distance) ||
        distance / step.value >= SWEEP_VALUES_MAX) {
        return false;
    }
    for (int64_t i = 0; i <= distance / step.value; i++) {
        add(values, low.value + i * step.value, low.form);
    }
    return true;
}

static bool expand_factors(Number low, Number high, Number factor, GPtrArray *values)
{
    if (!unify((Number *[]){&low, &high}, 2) || low.value <= 0 || high.value < low.value ||
        !factor.form.is_decimal || factor.form.is_percent || factor.form.scale > 0 ||
        factor.value < 2) {
        return false;
    }
    for (int64_t value = low.value;; value *= factor.value) {
        add(values, value, low.form);
        if (value > high.value / factor.value) {
            return true;
        }
    }
}

/* To three digits. */
static int64_t round_value(double value)
{
    double unit = 1;
    while (value / unit >= 1000) {
        unit *= 10;
    }
    return exact_integer(exact_round(value / unit) * unit);
}

static bool expand_logarithm(Number low, Number high, Number count, GPtrArray *values)
{
    if (!unify((Number *[]){&low, &high}, 2) || low.value <= 0 || high.value <= low.value ||
        !count.form.is_decimal || count.form.is_percent || count.form.scale > 0 ||
        count.value < 2 || count.value > LOG_COUNT_MAX) {
        return false;
    }
    const bool is_whole = low.form.is_decimal && !low.form.is_percent && low.form.scale == 0;
    const unsigned scale = low.form.scale + 3;
    if (low.form.is_decimal && !is_whole && (!extend(&low, scale) || !extend(&high, scale))) {
        return false;
    }
    const double ratio = (double)high.value / (double)low.value;
    add(values, low.value, low.form);
    for (int64_t i = 1; i + 1 < count.value; i++) {
        const double share = (double)i / (double)(count.value - 1);
        add(values, round_value((double)low.value * exact_pow(ratio, share)), low.form);
    }
    add(values, high.value, low.form);
    return true;
}

static bool is_range(const char *text)
{
    const char *dots = strstr(text, "..");
    return dots != NULL && strpbrk(text, "({/") == NULL;
}

/* The parts of `LOW..HIGH WORD NUMBER`. */
static bool expand_range(const char *text, GPtrArray *values)
{
    static const struct {
        const char *word;
        bool (*expand)(Number low, Number high, Number argument, GPtrArray *values);
    } KINDS[] = {{"step", expand_steps}, {"times", expand_factors}, {"log", expand_logarithm}};
    g_auto(GStrv) ends = g_strsplit(text, "..", 2);
    Number low, high, argument;
    if (!read_number(g_strstrip(ends[0]), &low)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(KINDS); i++) {
        g_autofree char *word = g_strdup_printf(" %s ", KINDS[i].word);
        char *at = strstr(ends[1], word);
        if (at != NULL) {
            *at = '\0';
            return read_number(g_strstrip(ends[1]), &high) &&
                   read_number(g_strstrip(at + strlen(word)), &argument) &&
                   KINDS[i].expand(low, high, argument, values);
        }
    }
    return false;
}

bool sweep_value_expand(const char *text, GPtrArray *values, GError **error)
{
    if (!is_range(text)) {
        g_ptr_array_add(values, g_strstrip(g_strdup(text)));
        return true;
    }
    return expand_range(text, values) ||
           skein_refuse(error,
                        "found '%s', expected a range such as 10..100 step 10, 1ms..1s times 10 or "
                        "1ms..1s log 7, with a lower end, a higher end, and at most %d values",
                        text, SWEEP_VALUES_MAX);
}

/* Between 0 and 1 a percentage, else a plain decimal. */
static char *canonical_decimal(Number number)
{
    if (number.form.is_percent) {
        number.form.scale += 2;
    }
    const int64_t one = power_of_ten(number.form.scale);
    const bool is_share = number.value > 0 && number.value < one;
    if (is_share && number.form.scale < 2) {
        extend(&number, 2);
    }
    return is_share ? print_decimal(number.value, number.form.scale - 2, "%")
                    : print_decimal(number.value, number.form.scale, "");
}

char *sweep_value_canonical(const char *text)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    Number number;
    if (read_number(trimmed, &number)) {
        return number.value == 0        ? g_strdup("0")
               : number.form.is_decimal ? canonical_decimal(number)
                                        : value_print(number.value, number.form.unit);
    }
    g_autoptr(GString) canonical = g_string_new(NULL);
    for (const char *at = trimmed; *at != '\0'; at++) {
        const bool is_space = g_ascii_isspace(*at);
        if (!is_space || !g_ascii_isspace(at[1])) {
            g_string_append_c(canonical, is_space ? ' ' : *at);
        }
    }
    return g_string_free(g_steal_pointer(&canonical), FALSE);
}

bool sweep_value_number(const char *text, double *ret_number)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    Number number;
    if (!read_number(trimmed, &number)) {
        return false;
    }
    const unsigned scale = number.form.scale + (number.form.is_percent ? 2 : 0);
    *ret_number = (double)number.value / (double)power_of_ten(scale);
    return true;
}

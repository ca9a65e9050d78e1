/* SPDX-License-Identifier: MIT */
/* A number is scanned into its significant digits and a power of ten, and only then becomes an
 * integer of the base unit: factors of two and five are cancelled between digits and unit before
 * anything is multiplied, so the result is exact or refused. */
#include "sim/value_text.h"

#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

/* 10^30 < 2^100: the digits fit in 128 bits with room for the sign and a factor of ten. */
#define DIGITS_MAX 30
#define EXPONENT_MAX 9999
/* One byte in GiB has 30 decimals. */
#define DECIMALS_MAX 40

typedef unsigned __int128 Wide;

typedef struct Decimal {
    bool is_negative;
    char digits[DIGITS_MAX + 1]; /* without leading and trailing zeros; empty for zero */
    unsigned digit_count;
    int exponent; /* value = digits * 10^exponent */
} Decimal;

typedef struct UnitName {
    const char *name;
    int64_t factor;
    bool is_printed;
    bool is_decimal; /* a power of ten of the base: for people */
} UnitName;

typedef struct UnitKind {
    const char *expected;
    const char *base;
    const UnitName *names; /* ascending among the printed ones; ends with name NULL */
} UnitKind;

static const UnitName DURATION_NAMES[] = {
    {"ns", 1, true, true},
    {"us", SIM_MICROSECOND, true, true},
    {"ms", SIM_MILLISECOND, true, true},
    {"s", SIM_SECOND, true, true},
    {"min", 60 * SIM_SECOND, true, false},
    {"h", 3600 * SIM_SECOND, true, false},
    {"d", 86400 * SIM_SECOND, true, false},
    {NULL, 0, false, false},
};

static const UnitName SIZE_NAMES[] = {
    {"B", 1, true, true},
    {"kB", 1000, true, true},
    {"KiB", 1024, true, false},
    {"MB", 1000000, true, true},
    {"MiB", 1048576, true, false},
    {"GB", 1000000000, true, true},
    {"GiB", 1073741824, true, false},
    {NULL, 0, false, false},
};

/* Rates are printed in bits, as links are sold; bytes are read for those who think in files. */
static const UnitName RATE_NAMES[] = {
    {"bit/s", 1, true, true},
    {"kbit/s", 1000, true, true},
    {"Mbit/s", 1000000, true, true},
    {"Gbit/s", 1000000000, true, true},
    {"B/s", 8, false, false},
    {"kB/s", 8000, false, false},
    {"KiB/s", 8192, false, false},
    {"MB/s", 8000000, false, false},
    {"MiB/s", 8388608, false, false},
    {"GB/s", INT64_C(8000000000), false, false},
    {"GiB/s", INT64_C(8589934592), false, false},
    {NULL, 0, false, false},
};

static const UnitName COUNT_NAMES[] = {{NULL, 0, false, false}};

static const UnitKind KINDS[] = {
    [VALUE_COUNT] = {"a whole number, such as 20", "", COUNT_NAMES},
    [VALUE_DURATION] = {"a duration with a unit, such as 15ms (ns us ms s min h d)", "ns",
                        DURATION_NAMES},
    [VALUE_SIZE] = {"a size with a unit, such as 64KiB (B kB KiB MB MiB GB GiB)", "B", SIZE_NAMES},
    [VALUE_RATE] = {"a rate with a unit, such as 100Mbit/s (bit/s kbit/s Mbit/s Gbit/s B/s kB/s "
                    "KiB/s MB/s MiB/s GB/s GiB/s)",
                    "bit/s", RATE_NAMES},
};

static bool refuse(const char *text, const char *expected, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s", text, expected);
    return false;
}

static const char *skip_spaces(const char *at)
{
    while (*at == ' ' || *at == '\t') {
        at++;
    }
    return at;
}

/* Zeros wait in `zeros` until a later digit shows that they are not trailing. */
static bool take_digit(Decimal *decimal, char digit, unsigned *zeros)
{
    if (digit == '0') {
        *zeros += decimal->digit_count > 0;
        return true;
    }
    if (decimal->digit_count + *zeros + 1 > DIGITS_MAX) {
        return false;
    }
    for (; *zeros > 0; (*zeros)--) {
        decimal->digits[decimal->digit_count++] = '0';
    }
    decimal->digits[decimal->digit_count++] = digit;
    return true;
}

/* The power of ten after a number, or 0. Leaves *at alone unless a digit follows the `e`. */
static int scan_exponent(const char **at)
{
    const char *here = *at;
    int exponent = 0;
    if (*here != 'e' && *here != 'E') {
        return 0;
    }
    here++;
    const bool is_negative = *here == '-';
    here += *here == '-' || *here == '+';
    if (!g_ascii_isdigit(*here)) {
        return 0;
    }
    for (; g_ascii_isdigit(*here); here++) {
        exponent = MIN(exponent * 10 + (*here - '0'), EXPONENT_MAX);
    }
    *at = here;
    return is_negative ? -exponent : exponent;
}

/* Reads sign, digits, point and exponent at *at and moves it behind them and the spaces that
 * follow. False when there is no number or it has too many digits. */
static bool scan_decimal(const char **at, Decimal *ret_decimal)
{
    Decimal decimal = {0};
    const char *here = skip_spaces(*at);
    const char *const limit = here + 4096; /* keeps the counts of digits small */
    bool has_digit = false, is_after_point = false;
    unsigned zeros = 0;
    int decimals = 0;

    decimal.is_negative = *here == '-';
    here += *here == '-' || *here == '+';
    for (; g_ascii_isdigit(*here) || (*here == '.' && !is_after_point); here++) {
        if (here >= limit) {
            return false;
        }
        if (*here == '.') {
            is_after_point = true;
            if (!has_digit || !g_ascii_isdigit(here[1])) {
                return false;
            }
            continue;
        }
        has_digit = true;
        decimals += is_after_point;
        if (!take_digit(&decimal, *here, &zeros)) {
            return false;
        }
    }
    if (!has_digit) {
        return false;
    }
    decimal.exponent = (int)zeros - decimals + scan_exponent(&here);
    *at = skip_spaces(here);
    *ret_decimal = decimal;
    return true;
}

/* digits * 10^exponent * factor, when that is a whole number below 2^63. `ret_is_fraction` tells
 * the two failures apart. */
static bool scale(const Decimal *decimal, int64_t factor, int64_t *ret_value, bool *ret_is_fraction)
{
    const Wide limit = (Wide)INT64_MAX + decimal->is_negative;
    Wide number = 0;
    uint64_t unit = (uint64_t)factor;
    *ret_is_fraction = false;
    for (unsigned i = 0; i < decimal->digit_count; i++) {
        number = number * 10 + (unsigned)(decimal->digits[i] - '0');
    }
    if (number == 0) {
        *ret_value = 0;
        return true;
    }
    for (int i = decimal->exponent; i < 0; i++) {
        for (unsigned divisor = 2; divisor <= 5; divisor += 3) {
            if (unit % divisor == 0) {
                unit /= divisor;
            } else if (number % divisor == 0) {
                number /= divisor;
            } else {
                *ret_is_fraction = true;
                return false;
            }
        }
    }
    if (number > limit) {
        return false;
    }
    number *= unit;
    for (int i = 0; i < decimal->exponent && number <= limit; i++) {
        number *= 10;
    }
    if (number > limit) {
        return false;
    }
    const uint64_t magnitude = (uint64_t)number;
    *ret_value = (int64_t)(decimal->is_negative ? 0 - magnitude : magnitude);
    return true;
}

static const char *nearest_unit(const char *unit, const UnitName *names)
{
    const char *candidates[16] = {NULL};
    const char *best = NULL;
    for (size_t i = 0; names[i].name != NULL; i++) {
        candidates[i] = names[i].name;
    }
    const char *nearest = nearest_name(unit, candidates);
    if (nearest != NULL) {
        return nearest;
    }
    /* A word written out, as in `15 seconds`. */
    for (size_t i = 0; candidates[i] != NULL; i++) {
        const size_t length = strlen(candidates[i]);
        if (g_ascii_strncasecmp(unit, candidates[i], length) == 0 &&
            (best == NULL || length > strlen(best))) {
            best = candidates[i];
        }
    }
    return best;
}

static bool refuse_unit(const char *text, const char *unit, const UnitKind *kind, GError **error)
{
    const char *nearest = *unit == '\0' ? NULL : nearest_unit(unit, kind->names);
    if (nearest == NULL) {
        return refuse(text, kind->expected, error);
    }
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                "found '%s', expected %s; did you mean '%s'?", text, kind->expected, nearest);
    return false;
}

bool value_parse(const char *text, ValueUnit unit, int64_t *ret_value, GError **error)
{
    const UnitKind *kind = &KINDS[unit];
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    Decimal decimal;
    int64_t factor = 0;
    bool is_fraction;

    if (!scan_decimal(&at, &decimal)) {
        return refuse(trimmed, kind->expected, error);
    }
    if (*at == '\0' && (decimal.digit_count == 0 || unit == VALUE_COUNT)) {
        factor = 1;
    }
    for (const UnitName *name = kind->names; name->name != NULL; name++) {
        if (strcmp(at, name->name) == 0) {
            factor = name->factor;
        }
    }
    if (factor == 0) {
        return refuse_unit(trimmed, at, kind, error);
    }
    if (scale(&decimal, factor, ret_value, &is_fraction)) {
        return true;
    }
    if (unit == VALUE_COUNT) {
        return refuse(trimmed, is_fraction ? kind->expected : "a number below 2^63", error);
    }
    g_autofree char *expected = is_fraction ? g_strdup_printf("a whole number of %s", kind->base)
                                            : g_strdup_printf("less than 2^63 %s", kind->base);
    return refuse(trimmed, expected, error);
}

/* magnitude / factor as a finite decimal, or NULL when it is none or lies below 1. */
static char *print_in_unit(uint64_t magnitude, uint64_t factor, const char *name)
{
    char decimals[DECIMALS_MAX + 1];
    unsigned count = 0;
    Wide rest = magnitude % factor;
    if (magnitude < factor) {
        return NULL;
    }
    for (; rest != 0 && count < DECIMALS_MAX; count++) {
        rest *= 10;
        decimals[count] = (char)('0' + (int)(rest / factor));
        rest %= factor;
    }
    decimals[count] = '\0';
    if (rest != 0) {
        return NULL;
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT "%s%s%s", magnitude / factor, count > 0 ? "." : "",
                           decimals, name);
}

char *value_print(int64_t value, ValueUnit unit)
{
    const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    g_autofree char *best = NULL;
    if (value == 0 || unit == VALUE_COUNT) {
        return g_strdup_printf("%" G_GINT64_FORMAT, value);
    }
    for (const UnitName *name = KINDS[unit].names; name->name != NULL; name++) {
        g_autofree char *text =
            name->is_printed ? print_in_unit(magnitude, (uint64_t)name->factor, name->name) : NULL;
        if (text != NULL && (best == NULL || strlen(text) <= strlen(best))) { /* larger unit */
            g_free(best);
            best = g_steal_pointer(&text);
        }
    }
    return g_strconcat(value < 0 ? "-" : "", best, NULL);
}

/* Half away from zero. */
static uint64_t round_to_digits(uint64_t magnitude, unsigned digits)
{
    uint64_t step = 1;
    for (uint64_t rest = magnitude; rest >= 10; rest /= 10) {
        step *= 10;
    }
    for (unsigned i = 1; i < digits && step > 1; i++) {
        step /= 10;
    }
    const uint64_t half = step / 2;
    return magnitude > UINT64_MAX - half ? magnitude : (magnitude + half) / step * step;
}

char *value_print_readable(int64_t value, ValueUnit unit, unsigned digits)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    magnitude = digits == 0 ? magnitude : round_to_digits(magnitude, digits);
    const UnitName *best = KINDS[unit].names;
    if (value == 0 || unit == VALUE_COUNT) {
        return value_print(value, unit);
    }
    for (const UnitName *name = best; name->name != NULL; name++) {
        const uint64_t factor = (uint64_t)name->factor;
        best = name->is_decimal && magnitude >= factor ? name : best;
    }
    g_autofree char *number = print_in_unit(magnitude, (uint64_t)best->factor, "");
    return g_strdup_printf("%s%s%s", value < 0 ? "-" : "", number, best->name);
}

/* Correctly rounded from the digits themselves, so 0.1% and 0.001 are the same double. */
static double decimal_to_double(const Decimal *decimal, int shift)
{
    g_autofree char *text = g_strdup_printf("%s%se%d", decimal->is_negative ? "-" : "",
                                            decimal->digit_count > 0 ? decimal->digits : "0",
                                            decimal->exponent + shift);
    const double number = g_ascii_strtod(text, NULL);
    return number == 0 ? 0 : number; /* never -0 */
}

bool value_parse_probability(const char *text, double *ret_probability, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *expected = "a probability from 0 to 1, such as 1% or 0.01";
    const char *at = trimmed;
    Decimal decimal;
    if (!scan_decimal(&at, &decimal) || (*at != '\0' && strcmp(at, "%") != 0)) {
        return refuse(trimmed, expected, error);
    }
    const double probability = decimal_to_double(&decimal, *at == '%' ? -2 : 0);
    if (!(probability >= 0 && probability <= 1)) {
        return refuse(trimmed, expected, error);
    }
    *ret_probability = probability;
    return true;
}

bool value_parse_number(const char *text, double *ret_number, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const char *at = trimmed;
    Decimal decimal;
    if (!scan_decimal(&at, &decimal) || *at != '\0') {
        return refuse(trimmed, "a number, such as 1.5", error);
    }
    const double number = decimal_to_double(&decimal, 0);
    if (number > G_MAXDOUBLE || number < -G_MAXDOUBLE) {
        return refuse(trimmed, "a number below 1.8e308", error);
    }
    *ret_number = number;
    return true;
}

bool value_parse_yes_no(const char *text, bool *ret_value, GError **error)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on"};
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    for (unsigned i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(trimmed, words[i]) == 0) {
            *ret_value = i % 2 == 1;
            return true;
        }
    }
    return refuse(trimmed, "yes or no", error);
}

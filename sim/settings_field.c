/* SPDX-License-Identifier: MIT */
/* Each type has one reader; bounds are texts of the same type and are read by it as well, so a
 * table writes `1ms` where it means 1 ms. */
#include "sim/settings_field.h"

#include "sim/call_text.h"
#include "sim/distribution.h"
#include "sim/error.h"
#include "sim/list_text.h"
#include "sim/nearest.h"
#include "sim/value_text.h"

#include <string.h>

static const struct {
    const char *name;
    ValueUnit unit; /* of the integers and distributions */
} TYPES[] = {
    [SETTING_COUNT] = {"count", VALUE_COUNT},
    [SETTING_DURATION] = {"duration (ns..d)", VALUE_DURATION},
    [SETTING_SIZE] = {"size (B..GiB)", VALUE_SIZE},
    [SETTING_RATE] = {"rate (bit/s..GiB/s)", VALUE_RATE},
    [SETTING_PROBABILITY] = {"probability (0..1 or %)", VALUE_COUNT},
    [SETTING_NUMBER] = {"number", VALUE_COUNT},
    [SETTING_YES_NO] = {"yes | no", VALUE_COUNT},
    [SETTING_CHOICE] = {"choice", VALUE_COUNT},
    [SETTING_TEXT] = {"text", VALUE_COUNT},
    [SETTING_LIST] = {"list", VALUE_COUNT},
    [SETTING_CALL] = {"name or name(...)", VALUE_COUNT},
    [SETTING_DURATION_DISTRIBUTION] = {"duration or distribution", VALUE_DURATION},
    [SETTING_SIZE_DISTRIBUTION] = {"size or distribution", VALUE_SIZE},
    [SETTING_COUNT_DISTRIBUTION] = {"count or distribution", VALUE_COUNT},
    [SETTING_PEERS] = {"peers", VALUE_COUNT},
};

static bool refuse(const char *text, const char *expected, GError **error)
{
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected %s", text, expected);
    return false;
}

static bool refuse_range(const Setting *setting, const char *text, const char *what, GError **error)
{
    g_autofree char *range = settings_field_range(setting);
    g_autofree char *expected = g_strconcat(what, range, NULL);
    return refuse(text, expected, error);
}

/* A bound comes from a table of ours, so it must be readable. */
static int64_t integer_bound(const Setting *setting, const char *text)
{
    int64_t bound = 0;
    g_assert(value_parse(text, TYPES[setting->type].unit, &bound, NULL));
    return bound;
}

static bool is_inside(const Setting *setting, int64_t least, int64_t most)
{
    return (setting->minimum == NULL || least >= integer_bound(setting, setting->minimum)) &&
           (setting->maximum == NULL || most <= integer_bound(setting, setting->maximum));
}

static bool read_integer(const Setting *setting, const char *text, int64_t *field, GError **error)
{
    int64_t value = 0;
    if (!value_parse(text, TYPES[setting->type].unit, &value, error)) {
        return false;
    }
    if (!is_inside(setting, value, value)) {
        return refuse_range(setting, text, "", error);
    }
    *field = value;
    return true;
}

static bool parse_real(const Setting *setting, const char *text, double *ret_value, GError **error)
{
    return setting->type == SETTING_PROBABILITY ? value_parse_probability(text, ret_value, error)
                                                : value_parse_number(text, ret_value, error);
}

static double real_bound(const Setting *setting, const char *text)
{
    double bound = 0;
    g_assert(parse_real(setting, text, &bound, NULL));
    return bound;
}

static bool read_real(const Setting *setting, const char *text, double *field, GError **error)
{
    double value = 0;
    if (!parse_real(setting, text, &value, error)) {
        return false;
    }
    if ((setting->minimum != NULL && value < real_bound(setting, setting->minimum)) ||
        (setting->maximum != NULL && value > real_bound(setting, setting->maximum))) {
        return refuse_range(setting, text, "", error);
    }
    *field = value;
    return true;
}

static bool refuse_choice(const Setting *setting, const char *text, const char *name,
                          GError **error)
{
    g_autofree char *names = g_strjoinv(", ", (char **)setting->choices);
    const char *nearest = nearest_name(name, setting->choices);
    g_autofree char *expected =
        nearest == NULL ? g_strdup_printf("one of %s", names)
                        : g_strdup_printf("one of %s; did you mean '%s'?", names, nearest);
    return refuse(text, expected, error);
}

/* The index among the choices, or -1. */
static int find_choice(const Setting *setting, const char *name)
{
    for (int i = 0; setting->choices[i] != NULL; i++) {
        if (strcmp(setting->choices[i], name) == 0) {
            return i;
        }
    }
    return -1;
}

static bool read_choice(const Setting *setting, const char *text, int *field, GError **error)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(text));
    const int index = find_choice(setting, trimmed);
    if (index < 0) {
        return refuse_choice(setting, text, trimmed, error);
    }
    *field = index;
    return true;
}

static bool read_call(const Setting *setting, const char *text, CallText **field, GError **error)
{
    g_autoptr(CallText) call = call_text_new(text, error);
    if (call == NULL) {
        return false;
    }
    if (setting->choices != NULL && find_choice(setting, call_text_name(call)) < 0) {
        return refuse_choice(setting, text, call_text_name(call), error);
    }
    *field = g_steal_pointer(&call);
    return true;
}

/* All draws must lie in the range, which the user can see to with min= and max=. */
static bool read_distribution(const Setting *setting, const char *text, const char *directory,
                              Distribution **field, GError **error)
{
    g_autoptr(Distribution) distribution =
        distribution_new(text, TYPES[setting->type].unit, directory, error);
    if (distribution == NULL) {
        return false;
    }
    if (!is_inside(setting, distribution_minimum(distribution),
                   distribution_maximum(distribution))) {
        const bool is_value = distribution_is_constant(distribution);
        return refuse_range(setting, text,
                            is_value ? "" : "only values (min= and max= cut a distribution) of ",
                            error);
    }
    *field = g_steal_pointer(&distribution);
    return true;
}

bool settings_field_read(const Setting *setting, const char *text, const char *directory,
                         void *fields, GError **error)
{
    void *field = (char *)fields + setting->offset;
    switch (setting->type) {
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
    case SETTING_RATE:
        return read_integer(setting, text, field, error);
    case SETTING_PROBABILITY:
    case SETTING_NUMBER:
        return read_real(setting, text, field, error);
    case SETTING_YES_NO:
        return value_parse_yes_no(text, field, error);
    case SETTING_CHOICE:
        return read_choice(setting, text, field, error);
    case SETTING_TEXT:
        *(char **)field = g_strdup(text);
        return true;
    case SETTING_LIST:
        *(char ***)field = list_text_read(text, error);
        return *(char ***)field != NULL;
    case SETTING_CALL:
        return read_call(setting, text, field, error);
    case SETTING_DURATION_DISTRIBUTION:
    case SETTING_SIZE_DISTRIBUTION:
    case SETTING_COUNT_DISTRIBUTION:
        return read_distribution(setting, text, directory, field, error);
    case SETTING_PEERS:
        if (text[strspn(text, " \t")] == '\0') {
            return refuse(text, "peers: a number, a set such as {0..9, 12}, a name or all", error);
        }
        *(char **)field = g_strdup(text);
        return true;
    }
    g_assert_not_reached();
}

void settings_field_clear(const Setting *setting, void *fields)
{
    void *field = (char *)fields + setting->offset;
    switch (setting->type) {
    case SETTING_TEXT:
    case SETTING_PEERS:
        g_clear_pointer((char **)field, g_free);
        break;
    case SETTING_LIST:
        g_clear_pointer((char ***)field, g_strfreev);
        break;
    case SETTING_CALL:
        g_clear_pointer((CallText **)field, call_text_free);
        break;
    case SETTING_DURATION_DISTRIBUTION:
    case SETTING_SIZE_DISTRIBUTION:
    case SETTING_COUNT_DISTRIBUTION:
        g_clear_pointer((Distribution **)field, distribution_free);
        break;
    case SETTING_COUNT:
    case SETTING_DURATION:
    case SETTING_SIZE:
    case SETTING_RATE:
    case SETTING_PROBABILITY:
    case SETTING_NUMBER:
    case SETTING_YES_NO:
    case SETTING_CHOICE:
        break;
    }
}

char *settings_field_type(const Setting *setting)
{
    return setting->type == SETTING_CHOICE ? g_strjoinv(" | ", (char **)setting->choices)
                                           : g_strdup(TYPES[setting->type].name);
}

char *settings_field_range(const Setting *setting)
{
    if (setting->minimum != NULL && setting->maximum != NULL) {
        return g_strdup_printf("%s to %s", setting->minimum, setting->maximum);
    }
    if (setting->minimum != NULL) {
        return g_strdup_printf("at least %s", setting->minimum);
    }
    return setting->maximum == NULL ? g_strdup("")
                                    : g_strdup_printf("at most %s", setting->maximum);
}

/* SPDX-License-Identifier: MIT */
/* Reads the options that kinds of latency share. */
#include "models/latency_option.h"

#include "models/data_file.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <string.h>

const char *latency_option_unit(const CallText *call, const char *usage, GError **error)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    const char *unit = call_text_option(call, "unit");
    if (unit == NULL) {
        skein_refuse(error, "found no unit, expected unit=ns, us, ms or s as in %s", usage);
        return NULL;
    }
    for (size_t i = 0; units[i] != NULL; i++) {
        if (strcmp(unit, units[i]) == 0) {
            return units[i];
        }
    }
    skein_refuse(error, "unit: found '%s', expected ns, us, ms or s", unit);
    return NULL;
}

bool latency_option_is_rtt(const CallText *call, const char *usage, bool *ret_is_rtt,
                           GError **error)
{
    const char *kind = call_text_option(call, "kind");
    if (kind == NULL) {
        return skein_refuse(error, "found no kind, expected kind=rtt or kind=one-way as in %s",
                            usage);
    }
    if (strcmp(kind, "rtt") != 0 && strcmp(kind, "one-way") != 0) {
        return skein_refuse(error, "kind: found '%s', expected rtt or one-way", kind);
    }
    *ret_is_rtt = strcmp(kind, "rtt") == 0;
    return true;
}

bool latency_option_duration(const CallText *call, const char *key, SimDuration *ret_value,
                             GError **error)
{
    const char *text = call_text_option(call, key);
    int64_t value = 0;
    if (text == NULL) {
        return true;
    }
    if (!value_parse(text, VALUE_DURATION, &value, error)) {
        g_prefix_error(error, "%s: ", key);
        return false;
    }
    if (value < 1) {
        return skein_refuse(error, "%s: found '%s', expected at least 1ns", key, text);
    }
    *ret_value = value;
    return true;
}

bool latency_option_number(const CallText *call, const char *key, double minimum, double maximum,
                           double *ret_value, GError **error)
{
    const char *text = call_text_option(call, key);
    double value = 0;
    if (text == NULL) {
        return true;
    }
    if (!value_parse_number(text, &value, error)) {
        g_prefix_error(error, "%s: ", key);
        return false;
    }
    if (!(value >= minimum && value <= maximum)) {
        return skein_refuse(error, "%s: found '%s', expected %g to %g", key, text, minimum,
                            maximum);
    }
    *ret_value = value;
    return true;
}

bool latency_read_file(const char *name, const LatencyContext *context, LatencyNotes *notes,
                       char **ret_text, size_t *ret_size_bytes, GError **error)
{
    if (!data_file_read(name, context->directory, ret_text, ret_size_bytes, error)) {
        return false;
    }
    g_ptr_array_add(notes->inputs, g_strdup(name));
    return true;
}

Matrix *latency_read_matrix(const CallText *call, const LatencyContext *context,
                            const MatrixOptions *options, LatencyNotes *notes, GError **error)
{
    const char *name = call_text_argument(call, 0);
    g_autofree char *text = NULL;
    size_t size_bytes = 0;
    if (!latency_read_file(name, context, notes, &text, &size_bytes, error)) {
        return NULL;
    }
    return matrix_parse(text, size_bytes, name, options, notes->warnings, error);
}

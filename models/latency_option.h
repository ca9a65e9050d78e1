/* SPDX-License-Identifier: MIT */
/* The options that several kinds of latency share: `unit=ms`, `kind=rtt`, and durations. */
#ifndef MODELS_LATENCY_OPTION_H
#define MODELS_LATENCY_OPTION_H

#include "models/latency_source.h"
#include "models/matrix.h"

/* `unit=`: ns, us, ms or s; required. NULL and an error otherwise. */
const char *latency_option_unit(const CallText *call, const char *usage, GError **error);

/* `kind=`: whether rtt; required, rtt or one-way. */
bool latency_option_is_rtt(const CallText *call, const char *usage, bool *ret_is_rtt,
                           GError **error);

/* An option that is a duration of at least 1 ns; *ret_value stays when it is not given. */
bool latency_option_duration(const CallText *call, const char *key, SimDuration *ret_value,
                             GError **error);

/* An option that is a decimal in [minimum, maximum]; *ret_value stays when it is not given. */
bool latency_option_number(const CallText *call, const char *key, double minimum, double maximum,
                           double *ret_value, GError **error);

/* Reads a file named in the text, and notes it among the inputs. */
bool latency_read_file(const char *name, const LatencyContext *context, LatencyNotes *notes,
                       char **ret_text, size_t *ret_size_bytes, GError **error);

/* The matrix in the call's first argument, read with `options`. */
Matrix *latency_read_matrix(const CallText *call, const LatencyContext *context,
                            const MatrixOptions *options, LatencyNotes *notes, GError **error);

#endif

/* SPDX-License-Identifier: MIT */
/* A square table of durations between named or numbered places, as measurements of latency come.
 * Two forms are read, both as models/table_text.h splits them:
 *
 *   square   one line a row, entry (i, j) from i to j. The first row may hold names, and then the
 *            first column may hold the same names in the same order (the corner is anything).
 *   list     a header that begins with src,dst (or from,to or sender,receiver), then one line an
 *            entry; the ends are numbers from 0, or names, which are numbered as they come up.
 *
 * Entries are decimals of the given unit and become integer ns exactly; nothing goes through a
 * double. Off the diagonal a zero or an empty cell is an error unless the options say what it
 * stands for; a negative one always is. */
#ifndef MODELS_MATRIX_H
#define MODELS_MATRIX_H

#include "sim/sim_time.h"

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Matrix Matrix;

typedef struct MatrixOptions {
    const char *unit;    /* ns, us, ms or s */
    const char *column;  /* list form: the header of the column to read; NULL: the only one */
    SimDuration zero;    /* stands for a zero off the diagonal; 0: that is an error */
    SimDuration missing; /* for an empty cell or an absent pair; 0: that is an error */
    bool has_diagonal;   /* the diagonal counts; otherwise it is ignored, with a warning */
    SimDuration local;   /* for a zero or empty cell on it; 0: that is an error */
} MatrixOptions;

/* `name` is for messages. Warnings are appended as char *. */
Matrix *matrix_parse(const char *text, size_t size_bytes, const char *name,
                     const MatrixOptions *options, GPtrArray *warnings, GError **error);
void matrix_free(Matrix *matrix);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Matrix, matrix_free)

uint32_t matrix_size(const Matrix *matrix); /* rows, and columns */
SimDuration matrix_entry(const Matrix *matrix, uint32_t from, uint32_t to);
const char *matrix_name(const Matrix *matrix, uint32_t index); /* NULL without names */

#endif

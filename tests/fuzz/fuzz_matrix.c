/* SPDX-License-Identifier: MIT */
/* A matrix of any bytes: it is read, and then all that it promises holds, or it is refused with its
 * name in front. The first byte chooses the options. */
#include "models/matrix.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static void check_matrix(const Matrix *matrix, const MatrixOptions *options)
{
    const uint32_t size = matrix_size(matrix);
    g_assert(size > 0);
    for (uint32_t i = 0; i < size; i++) {
        g_assert(matrix_name(matrix, i) == NULL ||
                 g_utf8_validate(matrix_name(matrix, i), -1, NULL));
        for (uint32_t j = 0; j < size; j++) {
            const SimDuration entry = matrix_entry(matrix, i, j);
            g_assert(i == j && !options->has_diagonal ? entry == 0 : entry > 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
    static const char *const units[] = {"ns", "us", "ms", "s"};
    if (size_bytes == 0) {
        return 0;
    }
    const MatrixOptions options = {.unit = units[data[0] & 3],
                                   .column = (data[0] & 4) != 0 ? "ms" : NULL,
                                   .zero = (data[0] & 8) != 0 ? 5 : 0,
                                   .missing = (data[0] & 16) != 0 ? 6 : 0,
                                   .has_diagonal = (data[0] & 32) != 0,
                                   .local = (data[0] & 64) != 0 ? 7 : 0};
    g_autoptr(GPtrArray) warnings = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(Matrix) matrix =
        matrix_parse((const char *)data + 1, size_bytes - 1, "m", &options, warnings, &error);
    if (matrix == NULL) {
        g_assert(error != NULL && g_str_has_prefix(error->message, "m:"));
    } else {
        g_assert(error == NULL);
        check_matrix(matrix, &options);
    }
    return 0;
}

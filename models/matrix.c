/* SPDX-License-Identifier: MIT */
/* Both forms end in one array of entries; UNSET marks pairs that no line has named. */
#include "models/matrix.h"

#include "models/table_text.h"
#include "sim/error.h"

#include <string.h>

enum { SIZE_MAX_ROWS = 10000 };
static const SimDuration UNSET = -1;

struct Matrix {
    uint32_t size;
    SimDuration *entries; /* size * size, row by row */
    GPtrArray *names;     /* of char *; NULL: none */
};

/* What reading goes by. */
typedef struct Reader {
    TableText *table;
    const char *name;
    const MatrixOptions *options;
    GArray *entries;  /* square: the entries row by row; list: Listed */
    GPtrArray *names; /* of char * */
    uint32_t size;
    bool has_name_column;
    uint32_t odd_diagonals; /* non-zero entries on it */
    unsigned odd_line;
} Reader;

typedef struct Listed {
    uint32_t from, to;
    unsigned line;
    SimDuration value;
} Listed;

/* Reads a cell of the current row as the entry from-to. */
static bool read_entry(Reader *reader, unsigned cell, uint32_t from, uint32_t to,
                       SimDuration *ret_value, GError **error)
{
    const MatrixOptions *options = reader->options;
    const bool is_diagonal = from == to;
    const char *text = table_text_cell(reader->table, cell);
    const SimDuration stand_in = is_diagonal ? options->local : options->missing;
    const bool is_ignored = is_diagonal && !options->has_diagonal;
    SimDuration value = 0;
    if (text != NULL && text[0] == '\0' && (is_ignored || stand_in > 0)) {
        *ret_value = is_ignored ? 0 : stand_in;
        return true;
    }
    if (!table_text_duration(reader->table, cell, options->unit, &value, error)) {
        return false;
    }
    if (value < 0) {
        return table_text_fail(reader->table, cell, error,
                               "found '%s', a negative time, expected a positive one", text);
    }
    if (is_ignored && value != 0) {
        reader->odd_line =
            reader->odd_diagonals++ == 0 ? table_text_line(reader->table) : reader->odd_line;
        value = 0;
    }
    if (value == 0 && !is_ignored) {
        value = is_diagonal ? options->local : options->zero;
        if (value == 0) {
            return table_text_fail(reader->table, cell, error,
                                   "found '%s', expected a positive time, or the option "
                                   "%s=DURATION for what a zero %s stands for",
                                   text, is_diagonal ? "local" : "zero",
                                   is_diagonal ? "on the diagonal" : "off the diagonal");
        }
    }
    *ret_value = value;
    return true;
}

/* -- Square form. */

static bool take_names(Reader *reader, unsigned first, GError **error)
{
    for (unsigned i = first; i < table_text_count(reader->table); i++) {
        const char *name = table_text_cell(reader->table, i);
        for (unsigned j = 0; j < reader->names->len; j++) {
            if (strcmp(g_ptr_array_index(reader->names, j), name) == 0) {
                return table_text_fail(reader->table, i, error, "found the name '%s' twice", name);
            }
        }
        if (name[0] == '\0') {
            return table_text_fail(reader->table, i, error, "found an empty cell, expected a name");
        }
        g_ptr_array_add(reader->names, g_strdup(name));
    }
    return true;
}

/* The current row is row number `row` of the matrix. */
static bool read_row(Reader *reader, uint32_t row, GError **error)
{
    const unsigned first = reader->has_name_column ? 1 : 0;
    const unsigned count = table_text_count(reader->table);
    if (row == reader->size) {
        return table_text_fail(reader->table, 0, error,
                               "found row %u, expected %u rows, as there are columns", row + 1,
                               reader->size);
    }
    if (count != reader->size + first) {
        return table_text_fail(reader->table, count > 0 ? count - 1 : 0, error,
                               "found %u numbers in the row, expected %u as in the first",
                               count > first ? count - first : 0, reader->size);
    }
    if (reader->has_name_column) {
        const char *expected = g_ptr_array_index(reader->names, row);
        if (strcmp(table_text_cell(reader->table, 0), expected) != 0) {
            return table_text_fail(reader->table, 0, error,
                                   "found the row of '%s', expected that of '%s', in the order of "
                                   "the header",
                                   table_text_cell(reader->table, 0), expected);
        }
    }
    for (uint32_t column = 0; column < reader->size; column++) {
        SimDuration value = 0;
        if (!read_entry(reader, first + column, row, column, &value, error)) {
            return false;
        }
        g_array_append_val(reader->entries, value);
    }
    return true;
}

/* Names, not numbers, even if one was mistyped; and not all empty. */
static bool is_names(const TableText *table)
{
    bool has_name = false;
    for (unsigned i = 0; i < table_text_count(table); i++) {
        if (table_text_is_number(table, i)) {
            return false;
        }
        has_name |= i > 0 && table_text_cell(table, i)[0] != '\0';
    }
    return has_name;
}

/* After the first row, which holds names or numbers. Leaves the table at the first row of numbers.
 */
static bool read_head(Reader *reader, GError **error)
{
    TableText *table = reader->table;
    const unsigned count = table_text_count(table);
    const bool has_header = is_names(table);
    if (has_header) {
        g_autofree char *corner = g_strdup(table_text_cell(table, 0));
        if (!take_names(reader, 1, error)) {
            return false;
        }
        GError *cause = NULL;
        if (!table_text_next(table, &cause)) {
            if (cause != NULL) {
                g_propagate_error(error, cause);
                return false;
            }
            return table_text_fail(table, 0, error, "found a header alone, expected rows after it");
        }
        /* The header may begin with a name of its own when rows do not begin with one. */
        reader->has_name_column = table_text_count(table) != reader->names->len + 1 ||
                                  !table_text_is_number(table, 0) || corner[0] == '\0';
        if (!reader->has_name_column) {
            g_ptr_array_insert(reader->names, 0, g_steal_pointer(&corner));
        }
    }
    reader->size = has_header ? reader->names->len : count;
    if (reader->size > SIZE_MAX_ROWS) {
        return table_text_fail(table, 0, error, "found %u columns, expected at most %d",
                               reader->size, SIZE_MAX_ROWS);
    }
    return true;
}

static bool read_square(Reader *reader, GError **error)
{
    reader->entries = g_array_new(FALSE, FALSE, sizeof(SimDuration));
    if (!read_head(reader, error)) {
        return false;
    }
    uint32_t rows = 0;
    GError *cause = NULL;
    do {
        if (!read_row(reader, rows, error)) {
            return false;
        }
        rows++;
    } while (table_text_next(reader->table, &cause));
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    if (rows < reader->size) {
        return table_text_fail(reader->table, 0, error,
                               "found %u rows up to the last line, expected %u, as there are "
                               "columns",
                               rows, reader->size);
    }
    return true;
}

/* -- List form. */

/* One end of a pair: a number, or a name that gets the next number when it is new. */
static bool read_end(Reader *reader, GHashTable *numbers, unsigned cell, uint32_t *ret_end,
                     GError **error)
{
    const char *text = table_text_cell(reader->table, cell);
    if (text == NULL || text[0] == '\0' || numbers == NULL) {
        int64_t value = 0;
        if (!table_text_whole(reader->table, cell, 0, SIZE_MAX_ROWS - 1, &value, error)) {
            return false;
        }
        *ret_end = (uint32_t)value;
        reader->size = MAX(reader->size, *ret_end + 1);
        return true;
    }
    gpointer found = NULL;
    if (!g_hash_table_lookup_extended(numbers, text, NULL, &found)) {
        if (reader->names->len == SIZE_MAX_ROWS) {
            return table_text_fail(reader->table, cell, error, "found more than %d names",
                                   SIZE_MAX_ROWS);
        }
        found = GUINT_TO_POINTER(reader->names->len);
        char *name = g_strdup(text);
        g_ptr_array_add(reader->names, name);
        g_hash_table_insert(numbers, name, found);
        reader->size = reader->names->len;
    }
    *ret_end = GPOINTER_TO_UINT(found);
    return true;
}

static bool find_column(const Reader *reader, unsigned *ret_column, GError **error)
{
    const unsigned count = table_text_count(reader->table);
    if (reader->options->column != NULL) {
        const int found = table_text_find(reader->table, reader->options->column);
        if (found < 2) {
            return table_text_fail(reader->table, 0, error,
                                   "found no column '%s' after the two ends",
                                   reader->options->column);
        }
        *ret_column = (unsigned)found;
        return true;
    }
    if (count != 3) {
        return table_text_fail(reader->table, 0, error,
                               "found %u columns after the two ends, expected one, or the option "
                               "column=NAME to choose",
                               count - 2);
    }
    *ret_column = 2;
    return true;
}

static bool read_list(Reader *reader, GError **error)
{
    reader->entries = g_array_new(FALSE, FALSE, sizeof(Listed));
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);
    const unsigned width = table_text_count(reader->table);
    unsigned column = 0;
    bool is_first = true, has_names = false;
    GError *cause = NULL;
    if (!find_column(reader, &column, error)) {
        return false;
    }
    while (table_text_next(reader->table, &cause)) {
        Listed listed = {.line = table_text_line(reader->table)};
        if (table_text_count(reader->table) != width) {
            return table_text_fail(reader->table, 0, error,
                                   "found %u cells, expected %u as in the "
                                   "header",
                                   table_text_count(reader->table), width);
        }
        if (is_first) {
            has_names = !table_text_is_number(reader->table, 0);
            is_first = false;
        }
        if (!read_end(reader, has_names ? numbers : NULL, 0, &listed.from, error) ||
            !read_end(reader, has_names ? numbers : NULL, 1, &listed.to, error) ||
            !read_entry(reader, column, listed.from, listed.to, &listed.value, error)) {
            return false;
        }
        g_array_append_val(reader->entries, listed);
    }
    if (cause != NULL) {
        g_propagate_error(error, cause);
        return false;
    }
    return reader->size > 0 ||
           table_text_fail(reader->table, 0, error, "found a header alone, expected rows after it");
}

/* Each number up to the largest must be some line's: a gap is a mistake, or another kind of file.
 */
static bool check_no_gaps(const Reader *reader, GError **error)
{
    g_autofree uint8_t *is_named = g_new0(uint8_t, reader->size);
    for (guint i = 0; i < reader->entries->len; i++) {
        const Listed *listed = &g_array_index(reader->entries, Listed, i);
        is_named[listed->from] = is_named[listed->to] = 1;
    }
    for (uint32_t i = 0; i < reader->size; i++) {
        if (!is_named[i]) {
            return skein_refuse(error,
                                "%s: found no line with %u, expected all numbers from 0 to %u",
                                reader->name, i, reader->size - 1);
        }
    }
    return true;
}

/* Puts the listed pairs in their places. */
static bool place_listed(const Reader *reader, Matrix *matrix, GError **error)
{
    const size_t size = matrix->size;
    matrix->entries = g_new(SimDuration, size * size);
    for (size_t i = 0; i < size * size; i++) {
        const bool is_diagonal = i / size == i % size;
        matrix->entries[i] = is_diagonal && !reader->options->has_diagonal ? 0 : UNSET;
    }
    for (guint i = 0; i < reader->entries->len; i++) {
        const Listed *listed = &g_array_index(reader->entries, Listed, i);
        SimDuration *entry = &matrix->entries[listed->from * size + listed->to];
        if (*entry != UNSET && listed->from != listed->to) {
            return skein_refuse(error, "%s:%u: found the pair from %u to %u twice", reader->name,
                                listed->line, listed->from, listed->to);
        }
        *entry = listed->value;
    }
    size_t missing = 0, first = 0;
    for (size_t i = 0; i < size * size; i++) {
        if (matrix->entries[i] == UNSET) {
            const bool is_diagonal = i / size == i % size;
            matrix->entries[i] = is_diagonal ? reader->options->local : reader->options->missing;
            if (matrix->entries[i] == 0) {
                first = missing++ == 0 ? i : first;
            }
        }
    }
    if (missing > 0) {
        return skein_refuse(
            error,
            "%s: found %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
            " pairs missing, the first from %" G_GSIZE_FORMAT " to %" G_GSIZE_FORMAT
            "; expected them all, or the option %s=DURATION for what they stand for",
            reader->name, missing, reader->options->has_diagonal ? size * size : size * (size - 1),
            first / size, first % size, first / size == first % size ? "local" : "missing");
    }
    return true;
}

/* -- Both. */

static bool is_list_header(const TableText *table)
{
    static const char *const ends[][2] = {
        {"src", "dst"}, {"from", "to"}, {"sender", "receiver"}, {"source", "target"}};
    for (size_t i = 0; i < G_N_ELEMENTS(ends) && table_text_count(table) >= 3; i++) {
        if (g_ascii_strcasecmp(table_text_cell(table, 0), ends[i][0]) == 0 &&
            g_ascii_strcasecmp(table_text_cell(table, 1), ends[i][1]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_matrix(Reader *reader, Matrix *matrix, GPtrArray *warnings, GError **error)
{
    GError *cause = NULL;
    if (!table_text_next(reader->table, &cause)) {
        if (cause == NULL) {
            return skein_refuse(error, "%s:1: found no numbers, expected a square matrix",
                                reader->name);
        }
        g_propagate_error(error, cause);
        return false;
    }
    const bool is_list = is_list_header(reader->table);
    if (!(is_list ? read_list(reader, error) : read_square(reader, error))) {
        return false;
    }
    matrix->size = reader->size;
    if (is_list && (!check_no_gaps(reader, error) || !place_listed(reader, matrix, error))) {
        return false;
    }
    if (!is_list) {
        matrix->entries = (SimDuration *)(void *)g_array_free(reader->entries, FALSE);
        reader->entries = NULL;
    }
    if (reader->names->len > 0) {
        matrix->names = g_ptr_array_ref(reader->names);
    }
    if (reader->odd_diagonals > 0) {
        g_ptr_array_add(warnings,
                        g_strdup_printf("%s:%u: ignored %u entries on the diagonal that are not 0",
                                        reader->name, reader->odd_line, reader->odd_diagonals));
    }
    return true;
}

Matrix *matrix_parse(const char *text, size_t size_bytes, const char *name,
                     const MatrixOptions *options, GPtrArray *warnings, GError **error)
{
    g_autoptr(TableText) table = table_text_new(text, size_bytes, name);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(Matrix) matrix = g_new0(Matrix, 1);
    Reader reader = {.table = table, .name = name, .options = options, .names = names};
    const bool is_read = read_matrix(&reader, matrix, warnings, error);
    g_clear_pointer(&reader.entries, g_array_unref);
    return is_read ? g_steal_pointer(&matrix) : NULL;
}

void matrix_free(Matrix *matrix)
{
    if (matrix != NULL) {
        g_free(matrix->entries);
        g_clear_pointer(&matrix->names, g_ptr_array_unref);
        g_free(matrix);
    }
}

uint32_t matrix_size(const Matrix *matrix)
{
    return matrix->size;
}

SimDuration matrix_entry(const Matrix *matrix, uint32_t from, uint32_t to)
{
    g_assert(from < matrix->size && to < matrix->size);
    return matrix->entries[(size_t)from * matrix->size + to];
}

const char *matrix_name(const Matrix *matrix, uint32_t index)
{
    return matrix->names != NULL && index < matrix->names->len
               ? g_ptr_array_index(matrix->names, index)
               : NULL;
}

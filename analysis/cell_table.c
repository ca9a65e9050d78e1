/* SPDX-License-Identifier: MIT */
/* Tables over the cells of a sweep. */
#include "analysis/cell_table.h"

#include "analysis/error.h"

#include <math.h>
#include <string.h>

/* Always the same, so that equal databases print equal intervals. */
#define BOOTSTRAP_SEED 1

Table *cell_table_stats(sqlite3 *database, const CellQuestion *question, double level,
                        GError **error)
{
    static const char *const keys[] = {"runs",        "repetitions",   "mean",   "mean_low",
                                       "mean_high",   "deviation",     "median", "median_low",
                                       "median_high", "median_method", NULL};
    g_autoptr(CellGroups) groups = cell_groups_read(database, question, error);
    if (groups == NULL) {
        return NULL;
    }
    Table *table = table_new("cells", "Cells");
    for (size_t i = 0; groups->by[i] != NULL; i++) {
        table_add_column(table, groups->by[i]);
    }
    table_add_column(table, "metric");
    table_add_hidden_column(table, "unit");
    for (size_t i = 0; keys[i] != NULL; i++) {
        table_add_column(table, keys[i]);
    }
    for (guint i = 0; i < groups->groups->len; i++) {
        const CellGroup *group = cell_groups_at(groups, i);
        const char *unit = groups->statistic.unit;
        const Estimate mean = sample_mean_interval(group->samples, level);
        g_autoptr(GArray) sorted = sample_sorted(group->samples);
        Estimate median = sample_quantile_interval(sorted, 0.5, level);
        const bool is_small = isnan(median.low) || isnan(median.high);
        if (is_small) {
            median = sample_quantile_bootstrap(sorted, 0.5, level, BOOTSTRAP_SEED);
        }
        for (size_t k = 0; groups->by[k] != NULL; k++) {
            table_put_text(table, group->values[k]);
        }
        table_put_text(table, groups->statistic.text);
        table_put_text(table, unit);
        table_put_integer(table, group->run_ids->len);
        table_put_integer(table, group->samples->len);
        table_put_number(table, mean.value, unit);
        table_put_number(table, mean.low, unit);
        table_put_number(table, mean.high, unit);
        table_put_number(table, sample_deviation(group->samples), unit);
        table_put_number(table, median.value, unit);
        table_put_number(table, median.low, unit);
        table_put_number(table, median.high, unit);
        table_put_text(table, is_small ? "bootstrap" : "order-statistic");
    }
    return table;
}

/* -- Comparison -- */

/* A line of the table, before the p values are corrected. */
typedef struct Line {
    char *cell, *metric, *unit;
    guint count_a, count_b;
    double mean_a, mean_b;
    bool is_paired;
    Difference difference;
} Line;

static void line_free(void *data)
{
    Line *line = data;
    g_free(line->cell);
    g_free(line->metric);
    g_free(line->unit);
    g_free(line);
}

static bool are_pairs(const CellGroup *a, const CellGroup *b)
{
    const guint count = a->samples->len;
    return count == b->samples->len &&
           memcmp(a->repetitions->data, b->repetitions->data, count * sizeof(int64_t)) == 0 &&
           memcmp(a->seeds->data, b->seeds->data, count * sizeof(int64_t)) == 0;
}

static const CellGroup *find_group(const CellGroups *groups, const char *label)
{
    for (guint i = 0; i < groups->groups->len; i++) {
        if (strcmp(cell_groups_at(groups, i)->label, label) == 0) {
            return cell_groups_at(groups, i);
        }
    }
    return NULL;
}

static void add_line(GPtrArray *lines, const CellGroups *groups, const CellGroup *a,
                     const CellGroup *b, double level)
{
    Line *line = g_new0(Line, 1);
    line->cell = strcmp(a->label, b->label) == 0 ? g_strdup(a->label)
                                                 : g_strdup_printf("%s -> %s", a->label, b->label);
    line->metric = g_strdup(groups->statistic.text);
    line->unit = g_strdup(groups->statistic.unit);
    line->count_a = a->samples->len;
    line->count_b = b->samples->len;
    line->mean_a = sample_mean(a->samples);
    line->mean_b = sample_mean(b->samples);
    line->is_paired = are_pairs(a, b);
    line->difference = line->is_paired ? difference_of_pairs(a->samples, b->samples, level)
                                       : difference_of_samples(a->samples, b->samples, level);
    g_ptr_array_add(lines, line);
}

static bool refuse_cell(const CellGroups *groups, const char *cell, GError **error)
{
    g_autoptr(GString) labels = g_string_new(NULL);
    for (guint i = 0; i < groups->groups->len && i < 20; i++) {
        g_string_append_printf(labels, "%s'%s'", i == 0 ? "" : "; ",
                               cell_groups_at(groups, i)->label);
    }
    g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "no cell '%s'; there are %s", cell,
                labels->str);
    return false;
}

static bool compare_metric(const ComparisonSide *a, const ComparisonSide *b,
                           const CellQuestion *question, double level, GPtrArray *lines,
                           GError **error)
{
    g_autoptr(CellGroups) left = cell_groups_read(a->database, question, error);
    g_autoptr(CellGroups) right =
        left == NULL ? NULL : cell_groups_read(b->database, question, error);
    if (right == NULL) {
        return false;
    }
    if (a->cell != NULL) {
        const CellGroup *from = find_group(left, a->cell), *to = find_group(right, b->cell);
        if (from == NULL || to == NULL) {
            return refuse_cell(from == NULL ? left : right, from == NULL ? a->cell : b->cell,
                               error);
        }
        add_line(lines, left, from, to, level);
        return true;
    }
    for (guint i = 0; i < left->groups->len; i++) {
        const CellGroup *from = cell_groups_at(left, i);
        const CellGroup *to = find_group(right, from->label);
        if (to != NULL) {
            add_line(lines, left, from, to, level);
        }
    }
    return true;
}

static bool compare_all(const ComparisonSide *a, const ComparisonSide *b,
                        const CellQuestion *question, double level, GPtrArray *lines,
                        GError **error)
{
    GError *problem = NULL;
    if (question->metric != NULL) {
        return compare_metric(a, b, question, level, lines, error);
    }
    g_autoptr(sqlite3_stmt) row = database_prepare(
        a->database, "SELECT name FROM metric GROUP BY name HAVING sum(count) > 0 ORDER BY name",
        error);
    if (row == NULL) {
        return false;
    }
    while (database_step(row, &problem)) {
        CellQuestion one = *question;
        g_autofree char *name = database_text(row, 0);
        g_autoptr(GError) missing = NULL;
        one.metric = name;
        /* What the other side does not have cannot be compared. */
        if (!compare_metric(a, b, &one, level, lines, &missing) && a->cell != NULL) {
            g_propagate_error(error, g_steal_pointer(&missing));
            return false;
        }
    }
    return database_finished(problem, error);
}

static void put_line(Table *table, const Line *line, double corrected, double level)
{
    const Difference *difference = &line->difference;
    table_put_text(table, line->cell);
    table_put_text(table, line->metric);
    table_put_text(table, line->unit);
    table_put_integer(table, line->count_a);
    table_put_integer(table, line->count_b);
    table_put_number(table, line->mean_a, line->unit);
    table_put_number(table, line->mean_b, line->unit);
    table_put_number(table, difference->estimate.value, line->unit);
    table_put_number(table, difference->estimate.low, line->unit);
    table_put_number(table, difference->estimate.high, line->unit);
    table_put_number(table, difference->p, "1");
    table_put_number(table, corrected, "1");
    table_put_number(table, difference->effect, "1");
    table_put_text(table, line->is_paired ? "paired t" : "Welch's t");
    table_put_text(table, isnan(corrected) ? "too few runs" : corrected < 1 - level ? "yes" : "no");
}

Table *cell_table_compare(const ComparisonSide *a, const ComparisonSide *b,
                          const CellQuestion *question, double level, Correction correction,
                          GError **error)
{
    static const char *const keys[] = {
        "runs_a", "runs_b",      "mean_a", "mean_b", "difference",  "low", "high",
        "p",      "p_corrected", "effect", "method", "significant", NULL};
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(line_free);
    g_autoptr(GArray) p_values = g_array_new(FALSE, FALSE, sizeof(double));
    if (!compare_all(a, b, question, level, lines, error)) {
        return NULL;
    }
    if (lines->len == 0) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "the two have no cell with a metric in common: nothing to compare");
        return NULL;
    }
    for (guint i = 0; i < lines->len; i++) {
        g_array_append_val(p_values, ((Line *)g_ptr_array_index(lines, i))->difference.p);
    }
    correction_apply(correction, p_values);
    Table *table = table_new("comparison", "Comparison");
    table_add_column(table, "cell");
    table_add_column(table, "metric");
    table_add_hidden_column(table, "unit");
    for (size_t i = 0; keys[i] != NULL; i++) {
        table_add_column(table, keys[i]);
    }
    for (guint i = 0; i < lines->len; i++) {
        put_line(table, g_ptr_array_index(lines, i), g_array_index(p_values, double, i), level);
    }
    return table;
}

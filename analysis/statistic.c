/* SPDX-License-Identifier: MIT */
/* Numbers of runs. */
#include "analysis/statistic.h"

#include "analysis/error.h"
#include "analysis/histogram.h"

#include <math.h>
#include <string.h>

/* Farther away no name is a slip of the fingers. */
#define DISTANCE_MAX 3
#define NEAREST_SIZE_MAX 80

void statistic_clear(Statistic *statistic)
{
    g_free(statistic->text);
    g_free(statistic->metric);
    g_free(statistic->suffix);
    g_free(statistic->unit);
}

static bool is_suffix(const char *suffix)
{
    static const char *const WORDS[] = {"mean", "min", "max", "count", "sum", NULL};
    char *end = NULL;
    if (suffix[0] != 'p' || !g_ascii_isdigit(suffix[1])) {
        return g_strv_contains(WORDS, suffix);
    }
    const double percent = g_ascii_strtod(suffix + 1, &end);
    return *end == '\0' && percent >= 0 && percent <= 100;
}

char *statistic_split(const char *text, const char **ret_suffix)
{
    for (const char *dot = strchr(text, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
        if (is_suffix(dot + 1)) {
            *ret_suffix = dot + 1;
            return g_strndup(text, (size_t)(dot - text));
        }
    }
    *ret_suffix = "";
    return g_strdup(text);
}

bool statistic_of_row(sqlite3_stmt *row, const char *suffix, double *ret_value, GError **error)
{
    const double count = sqlite3_column_double(row, 0);
    *ret_value = NAN;
    if (strcmp(suffix, "count") == 0) {
        *ret_value = count;
    } else if (strcmp(suffix, "sum") == 0) {
        *ret_value = sqlite3_column_double(row, 1);
    } else if (count == 0) {
        return true;
    } else if (suffix[0] == '\0' || strcmp(suffix, "mean") == 0) {
        *ret_value = sqlite3_column_double(row, 1) / count;
    } else if (strcmp(suffix, "min") == 0) {
        *ret_value = sqlite3_column_double(row, 2);
    } else if (strcmp(suffix, "max") == 0) {
        *ret_value = sqlite3_column_double(row, 3);
    } else {
        g_auto(Histogram) histogram;
        g_autofree char *buckets = database_text(row, 4);
        histogram_init(&histogram);
        if (!histogram_add_json(&histogram, buckets == NULL ? "[]" : buckets, error)) {
            return false;
        }
        *ret_value = histogram_quantile(&histogram, g_ascii_strtod(suffix + 1, NULL) / 100);
    }
    return true;
}

/* Levenshtein's distance of two texts of at most NEAREST_SIZE_MAX bytes. */
static guint distance(const char *from, const char *to)
{
    guint row[NEAREST_SIZE_MAX + 1];
    const guint width = (guint)strlen(to);
    for (guint i = 0; i <= width; i++) {
        row[i] = i;
    }
    for (guint i = 0; from[i] != '\0'; i++) {
        guint diagonal = row[0];
        row[0] = i + 1;
        for (guint j = 1; j <= width; j++) {
            const guint changed = diagonal + (from[i] != to[j - 1]);
            diagonal = row[j];
            row[j] = MIN(changed, MIN(row[j], row[j - 1]) + 1);
        }
    }
    return row[width];
}

char *statistic_nearest(sqlite3 *database, const char *sql, const char *text)
{
    char *nearest = NULL;
    guint least = DISTANCE_MAX + 1;
    g_autoptr(sqlite3_stmt) row = database_prepare(database, sql, NULL);
    while (row != NULL && strlen(text) <= NEAREST_SIZE_MAX && database_step(row, NULL)) {
        g_autofree char *name = database_text(row, 0);
        if (name != NULL && strlen(name) <= NEAREST_SIZE_MAX && distance(text, name) < least) {
            least = distance(text, name);
            g_free(nearest);
            nearest = g_steal_pointer(&name);
        }
    }
    return nearest;
}

/* Sets *ret_unit when there is such a metric; name NULL: the first one, whose name is set. */
static bool look_up(sqlite3 *database, const char *name, char **ret_name, char **ret_unit,
                    GError **error)
{
    g_autoptr(sqlite3_stmt) row = database_prepare(
        database,
        "SELECT name, min(unit) FROM metric WHERE ?1 IS NULL OR name = ?1"
        " GROUP BY name ORDER BY sum(count) > 0 DESC, name LIKE '%.rtt' DESC, name LIMIT 1",
        error);
    if (row == NULL) {
        return false;
    }
    sqlite3_bind_text(row, 1, name, -1, SQLITE_STATIC);
    GError *problem = NULL;
    if (database_step(row, &problem)) {
        *ret_name = database_text(row, 0);
        *ret_unit = database_text(row, 1);
    } else if (!database_finished(problem, error)) {
        return false;
    }
    return true;
}

static bool refuse(sqlite3 *database, const char *text, const char *metric, GError **error)
{
    static const char SQL[] = "SELECT DISTINCT name FROM metric ORDER BY name";
    g_autofree char *nearest = metric == NULL ? NULL : statistic_nearest(database, SQL, metric);
    if (text == NULL) {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT, "no metric in any run");
    } else {
        g_set_error(error, ANALYSIS_ERROR, ANALYSIS_ERROR_INPUT,
                    "unknown metric '%s'%s%s%s; skein stats names those there are", text,
                    nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                    nearest == NULL ? "" : "'?");
    }
    return false;
}

bool statistic_find(sqlite3 *database, const char *text, Statistic *ret_statistic, GError **error)
{
    const char *suffix = "";
    g_autofree char *name = NULL, *unit = NULL, *short_name = NULL;
    if (!look_up(database, text, &name, &unit, error)) {
        return false;
    }
    if (name == NULL && text != NULL) {
        short_name = statistic_split(text, &suffix);
        if (!look_up(database, short_name, &name, &unit, error)) {
            return false;
        }
    }
    if (name == NULL) {
        return refuse(database, text, short_name, error);
    }
    ret_statistic->text = g_strdup(text == NULL ? name : text);
    ret_statistic->unit = g_strdup(strcmp(suffix, "count") == 0 || unit == NULL ? "1" : unit);
    ret_statistic->metric = g_steal_pointer(&name);
    ret_statistic->suffix = g_strdup(suffix);
    return true;
}

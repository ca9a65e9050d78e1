/* SPDX-License-Identifier: MIT */
#include "cli/share.h"

#include "sim/error.h"

#define COUNT_MAX 1000000

static bool read_number(const char *text, guint64 least, guint64 most, guint64 *ret_number)
{
    return text != NULL && g_ascii_string_to_unsigned(text, 10, least, most, ret_number, NULL);
}

/* Array indices may start anywhere and go in steps: --array=10-50:10 has five tasks. */
static bool read_slurm(Share *ret_share, GError **error)
{
    static const char *const NAMES[] = {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN",
                                        "SLURM_ARRAY_TASK_STEP", "SLURM_ARRAY_TASK_COUNT"};
    enum { ID, MINIMUM, STEP, COUNT, NUMBERS };
    guint64 numbers[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
        const char *text = g_getenv(NAMES[i]);
        if (!read_number(text, i == STEP || i == COUNT ? 1 : 0, G_MAXUINT32, &numbers[i])) {
            return skein_refuse(error,
                                "--shard slurm: found %s='%s', expected a number as in the "
                                "task of an array job (sbatch --array)",
                                NAMES[i], text == NULL ? "" : text);
        }
    }
    const guint64 distance = numbers[ID] - numbers[MINIMUM];
    if (numbers[ID] < numbers[MINIMUM] || distance % numbers[STEP] != 0 ||
        distance / numbers[STEP] >= numbers[COUNT] || numbers[COUNT] > COUNT_MAX) {
        return skein_refuse(error,
                            "--shard slurm: found task %" G_GUINT64_FORMAT " of an array from "
                            "%" G_GUINT64_FORMAT " in steps of %" G_GUINT64_FORMAT
                            " with %" G_GUINT64_FORMAT " tasks, expected one without gaps",
                            numbers[ID], numbers[MINIMUM], numbers[STEP], numbers[COUNT]);
    }
    *ret_share = (Share){(unsigned)(distance / numbers[STEP]) + 1, (unsigned)numbers[COUNT]};
    return true;
}

bool share_read(const char *text, Share *ret_share, GError **error)
{
    *ret_share = (Share){0};
    if (text == NULL) {
        return true;
    }
    if (g_str_equal(text, "slurm")) {
        return read_slurm(ret_share, error);
    }
    guint64 number = 0, count = 0;
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    if (g_strv_length(parts) != 2 || !read_number(parts[1], 1, COUNT_MAX, &count) ||
        !read_number(parts[0], 1, count, &number)) {
        return skein_refuse(error,
                            "--shard: found '%s', expected K/N with K from 1 to N, such as "
                            "2/5, or slurm",
                            text);
    }
    *ret_share = (Share){(unsigned)number, (unsigned)count};
    return true;
}

char *share_database(const Share *share, const char *name)
{
    return share->count == 0 ? g_strdup_printf("%s.db", name)
                             : g_strdup_printf("%s.%u-of-%u.db", name, share->number, share->count);
}

/* SPDX-License-Identifier: MIT */
/* Names that are none. */
#include "cli/unknown_name.h"

#include "sim/error.h"
#include "sim/nearest.h"

/* More than these are not listed. */
#define LISTED_MAX 40

bool unknown_name(const char *what, const char *name, const GPtrArray *known, GError **error)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (guint i = 0; i < known->len; i++) {
        g_ptr_array_add(names, g_ptr_array_index(known, i));
        g_string_append_printf(all, "%s%s", i == 0 ? "; there are " : ", ",
                               (const char *)g_ptr_array_index(known, i));
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = nearest_name(name, (const char *const *)(void *)names->pdata);
    return skein_refuse(error, "unknown %s '%s'%s%s%s%s", what, name,
                        nearest == NULL ? "" : "; did you mean '", nearest == NULL ? "" : nearest,
                        nearest == NULL ? "" : "'?", known->len > LISTED_MAX ? "" : all->str);
}

/* SPDX-License-Identifier: MIT */
/* The table of contents of the scenarios. */
#include "scenarios/scenario_find.h"

#include "sim/error.h"
#include "sim/nearest.h"

#define X(name) extern const ScenarioModule SCENARIO_##name;
#include "scenarios/scenario_list.h"
#ifdef EXTRA_SCENARIOS
#include EXTRA_SCENARIOS
#endif
#undef X

static const ScenarioModule *const MODULES[] = {
#define X(name) &SCENARIO_##name,
#include "scenarios/scenario_list.h"
#ifdef EXTRA_SCENARIOS
#include EXTRA_SCENARIOS
#endif
#undef X
    NULL,
};

const ScenarioModule *const *scenario_modules(void)
{
    return MODULES;
}

const ScenarioModule *scenario_find(const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (unsigned i = 0; MODULES[i] != NULL; i++) {
        if (strcmp(MODULES[i]->name, name) == 0) {
            return MODULES[i];
        }
        g_ptr_array_add(names, (gpointer)MODULES[i]->name);
    }
    g_ptr_array_add(names, NULL);
    const char *near = nearest_name(name, (const char *const *)names->pdata);
    g_ptr_array_remove_index(names, names->len - 1);
    g_autoptr(GString) known = g_string_new(NULL);
    for (unsigned i = 0; i < names->len; i++) {
        g_string_append_printf(known, "%s%s", i == 0 ? "" : ", ", (const char *)names->pdata[i]);
    }
    if (near != NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "no scenario module '%s'; did you mean '%s'?", name, near);
    } else {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "no scenario module '%s'; there are: %s",
                    name, known->str);
    }
    return NULL;
}

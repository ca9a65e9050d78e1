/* SPDX-License-Identifier: MIT */
/* skein list: what there is to run. */
#include "cli/command.h"
#include "cli/shipped.h"
#include "scenarios/scenario_file.h"
#include "scenarios/scenario_find.h"
#include "sim/json_text.h"

#include <stdio.h>

static const CommandUsage USAGE = {
    .arguments = "",
    .summary = "Lists the scenario modules and the scenario files that come with the program.",
    .examples = "  skein list\n"
                "  skein list --json | jq -r .files[].path",
};

static char *title_of(const char *path)
{
    g_autoptr(ScenarioFile) file = scenario_file_new(path, NULL);
    const SettingValue *title =
        file == NULL ? NULL : settings_find(scenario_file_values(file), "scenario.title");
    return g_strdup(title == NULL ? "" : title->text);
}

static void print_text(char **paths)
{
    puts("Modules (skein describe MODULE):");
    for (const ScenarioModule *const *module = scenario_modules(); *module != NULL; module++) {
        printf("  %-12s %s\n", (*module)->name, (*module)->title);
    }
    puts(*paths == NULL ? "" : "\nScenario files (skein run FILE):");
    for (; *paths != NULL; paths++) {
        g_autofree char *title = title_of(*paths);
        printf("  %s\n      %s\n", *paths, title);
    }
}

static void append_entry(GString *json, const char *key, const char *name, const char *title)
{
    json_text_next(json);
    g_string_append_c(json, '{');
    json_text_append_member(json, key, name);
    json_text_append_member(json, "title", title);
    g_string_append_c(json, '}');
}

static void print_json(char **paths)
{
    g_autoptr(GString) json = g_string_new("{\"modules\": [");
    for (const ScenarioModule *const *module = scenario_modules(); *module != NULL; module++) {
        append_entry(json, "name", (*module)->name, (*module)->title);
    }
    g_string_append(json, "], \"files\": [");
    for (; *paths != NULL; paths++) {
        g_autofree char *title = title_of(*paths);
        append_entry(json, "path", *paths, title);
    }
    g_string_append(json, "]}");
    puts(json->str);
}

int command_list(int argc, char **argv)
{
    gboolean as_json = FALSE;
    const GOptionEntry entries[] = {
        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print one JSON object", NULL},
        G_OPTION_ENTRY_NULL,
    };
    GError *error = NULL;
    if (!command_parse(&USAGE, entries, &argc, &argv, &error)) {
        return command_fail(error);
    }
    g_auto(GStrv) paths = shipped_scenarios();
    if (as_json) {
        print_json(paths);
    } else {
        print_text(paths);
    }
    return 0;
}

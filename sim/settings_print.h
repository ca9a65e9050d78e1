/* SPDX-License-Identifier: MIT */
/* Tables of settings for people (`skein describe`) and for editors (`--json-schema`). */
#ifndef SIM_SETTINGS_PRINT_H
#define SIM_SETTINGS_PRINT_H

#include "sim/settings.h"

/* One line for each key below a line with the section's name; columns are key, type, default, range
 * and help, aligned. */
char *settings_describe(const SettingsTable *table);

/* A JSON Schema (draft 2020-12) of a scenario file with these sections (NULL-terminated; tables of
 * one section are joined) and the lists timeline, expect, plot, sweep and swarm. Nothing is
 * required, since the command line may give what the file does not. */
char *settings_json_schema(const SettingsTable *const *tables);

#endif

/* SPDX-License-Identifier: MIT */
/* One setting: how its text becomes a field, and how its type, range and expectation are put in
 * words. sim/settings.h does whole tables on top of this. Errors say found and expected, not the
 * place. */
#ifndef SIM_SETTINGS_FIELD_H
#define SIM_SETTINGS_FIELD_H

#include "sim/settings.h"

/* Reads text into the field at setting->offset of the struct, whose old value is not freed. The
 * struct stays untouched on failure. */
bool settings_field_read(const Setting *setting, const char *text, const char *directory,
                         void *fields, GError **error);

/* Frees what the field owns and sets it to NULL. */
void settings_field_clear(const Setting *setting, void *fields);

/* `duration (ns..d)`, or the choices: `heap | calendar`. */
char *settings_field_type(const Setting *setting);

/* `at least 1ms`, `at most 5`, `1 to 5`, or an empty text. */
char *settings_field_range(const Setting *setting);

#endif

/* SPDX-License-Identifier: MIT */
/* Typed settings. A module declares one table: for each key its type, default, range and help, and
 * the field of the module's plain struct that takes the value. Everything else follows from the
 * table: reading, checking, defaults, `skein describe`, the JSON schema, the rows of `parameter`.
 *
 * Where the text came from is kept beside it (SettingValue), so that an error, however late it is
 * found, can name file, line, column and key. */
#ifndef SIM_SETTINGS_H
#define SIM_SETTINGS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum SettingType {                      /* the C type of the field */
                           SETTING_COUNT,       /* int64_t */
                           SETTING_DURATION,    /* SimDuration */
                           SETTING_SIZE,        /* int64_t, bytes */
                           SETTING_RATE,        /* int64_t, bits per second */
                           SETTING_PROBABILITY, /* double */
                           SETTING_NUMBER,      /* double */
                           SETTING_YES_NO,      /* bool */
                           SETTING_CHOICE,      /* int: index into choices */
                           SETTING_TEXT,        /* char *, owned by the struct */
                           SETTING_LIST,        /* char **, owned: NULL-terminated texts */
                           SETTING_CALL, /* CallText *, owned; choices (if any) are the allowed
                                            names */
                           SETTING_DURATION_DISTRIBUTION, /* Distribution *, owned */
                           SETTING_SIZE_DISTRIBUTION,     /* Distribution *, owned */
                           SETTING_COUNT_DISTRIBUTION,    /* Distribution *, owned */
                           SETTING_PEERS, /* char *, owned: the set as text; sim/peer_set.h reads it
                                             once the count is known */
} SettingType;

typedef struct Setting {
    const char *key; /* within its section: `interval` of ping.interval */
    SettingType type;
    size_t offset;            /* of the field */
    const char *default_text; /* NULL: must be given */
    const char *minimum;      /* text of the same type, inclusive; NULL: no bound */
    const char *maximum;
    const char *const *choices; /* NULL-terminated */
    const char *help;           /* one sentence */
} Setting;

typedef struct SettingsTable {
    const char *section;
    const Setting *settings; /* ends with key NULL */
    size_t size_bytes;       /* of the struct */
} SettingsTable;

typedef enum SettingOrigin {
    SETTING_DEFAULT,
    SETTING_FILE,
    SETTING_SET,
    SETTING_SWEEP
} SettingOrigin;

/* One given or resolved value. */
typedef struct SettingValue {
    char *key;    /* full: `ping.interval` */
    char *text;   /* as written; a list as sim/list_text.h prints it */
    bool is_list; /* written with brackets or dashes, not as one text: no scalar may read it */
    SettingOrigin origin;
    char *file;            /* name for messages: the scenario file or `--set`; NULL for defaults */
    unsigned line, column; /* of the text, from 1; 0: none */
    unsigned key_line, key_column; /* of the key; the same until set */
} SettingValue;

SettingValue *setting_value_new(const char *key, const char *text, SettingOrigin origin,
                                const char *file, unsigned line, unsigned column);
void setting_value_free(SettingValue *value);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SettingValue, setting_value_free)

const char *setting_origin_name(SettingOrigin origin); /* default, file, set, sweep */

/* Reads the table's section out of `values` (of SettingValue; a later value of a key overrides an
 * earlier one) into `fields`, and appends a SETTING_DEFAULT value for each key that was not given.
 * Relative paths start at `directory`. The whole struct is zeroed first; on failure nothing is kept
 * in it. Errors read `file:line:column: section.key: found 'X', expected Y`. */
bool settings_read(const SettingsTable *table, GPtrArray *values, const char *directory,
                   void *fields, GError **error);
void settings_clear(const SettingsTable *table, void *fields);

/* Error for the first value whose section or key is in none of the tables (NULL-terminated), with
 * the nearest valid name. */
bool settings_check_keys(const SettingsTable *const *tables, const GPtrArray *values,
                         GError **error);

/* The value in force for a full key (the last one), or NULL. */
const SettingValue *settings_find(const GPtrArray *values, const char *key);

/* Puts `file:line:column: key: ` before an error that was found later, while a model was built from
 * the value. Takes and returns the error through `error`; false, for `return settings_blame(...)`.
 */
bool settings_blame(const GPtrArray *values, const char *key, GError **error);

#endif

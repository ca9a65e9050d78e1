/* SPDX-License-Identifier: MIT */
/* A scenario file, read but not yet understood: what is in which section, with the place of each
 * value. Which sections and keys exist is known to the settings tables; here only the shape is
 * checked. Order is that of the file.
 *
 *     link:                      a section of keys: each becomes a SettingValue `link.loss`
 *       loss: 1%
 *     peers:
 *       names: [Tokyo, Paris]    a list of scalars, also one line for each with a dash
 *     timeline:                  rows, or file(events.csv) with the columns time,action,arguments
 *       - 10s: partition {0..9} {10..19}
 *     expect:                    a list of lines
 *       - ping.loss < 2%
 *     plot:                      a list of lines
 *       - latency-cdf
 *     sweep:                     parameters: a list, one text, or a range
 *       link.loss: [0, 1%, 2%]
 *       peers.count: 10..100 step 10
 *       large:                 an experiment of its own: what stands below a name
 *         peers.count: 1000
 *     swarm:                     what skein check --swarm chooses from
 *       link.loss: [0, 5%]
 *
 * All arrays belong to the file and live as long as it does; so do the places in them. */
#ifndef SCENARIOS_SCENARIO_FILE_H
#define SCENARIOS_SCENARIO_FILE_H

#include "scenarios/text_tree.h"
#include "sim/settings.h"

#include <glib.h>
#include <stdbool.h>

typedef struct ScenarioFile ScenarioFile;

/* A section of keys, also when it is empty. */
typedef struct ScenarioSection {
    char *name;
    TextPlace place;
} ScenarioSection;

/* A row of the timeline as text; arguments stand in the action, `crash {0..9}`. */
typedef struct TimelineRow {
    char *time;
    char *action;
    TextPlace place;
} TimelineRow;

/* An entry of `expect:` or `plot:`, or one value of a swept parameter. */
typedef struct ScenarioLine {
    char *text;
    TextPlace place;
} ScenarioLine;

typedef struct SweepParameter {
    char *experiment; /* below whose name it stands; NULL: directly in the sweep */
    char *key;        /* `link.loss`, `link.latency, link.loss` for those that move together, or an
                         option of the sweep such as `repeat` */
    GPtrArray *lines; /* of ScenarioLine: the values; a range `10..100 step 10` is one of them; of
                         parameters that move together, lists as sim/list_text.h prints them */
    bool is_list;
    TextPlace place;
} SweepParameter;

/* Reads a file; the path as given is its name in messages, and relative paths in it start at its
 * folder. */
ScenarioFile *scenario_file_new(const char *path, GError **error);

/* The same from text. directory: where relative paths start; with NULL no other file is opened, and
 * a timeline in a file stays unread. */
ScenarioFile *scenario_file_parse(const char *text, gsize length, const char *name,
                                  const char *directory, GError **error);
void scenario_file_free(ScenarioFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ScenarioFile, scenario_file_free)

/* `section.key=value` from the command line, stronger than the file and than earlier ones. */
bool scenario_file_set(ScenarioFile *file, const char *assignment, GError **error);

/* A row of the timeline behind those of the file; `place` is the name for messages and kept. */
void scenario_file_add_row(ScenarioFile *file, const char *time, const char *action,
                           const char *place);

/* Error for a section or key that is in none of the tables (NULL-terminated). */
bool scenario_file_check(const ScenarioFile *file, const SettingsTable *const *tables,
                         GError **error);

const char *scenario_file_name(const ScenarioFile *file);
const char *scenario_file_directory(const ScenarioFile *file); /* NULL when parsed without */
const char *scenario_file_text(const ScenarioFile *file);
const char *scenario_file_sha256(const ScenarioFile *file); /* of the text, 64 hexadecimal digits */

GPtrArray *scenario_file_values(const ScenarioFile *file); /* of SettingValue; may be added to */
const GPtrArray *scenario_file_sections(const ScenarioFile *file);     /* of ScenarioSection */
const GPtrArray *scenario_file_timeline(const ScenarioFile *file);     /* of TimelineRow */
const GPtrArray *scenario_file_expectations(const ScenarioFile *file); /* of ScenarioLine */
const GPtrArray *scenario_file_plots(const ScenarioFile *file);        /* of ScenarioLine */
const GPtrArray *scenario_file_sweep(const ScenarioFile *file);        /* of SweepParameter */
const GPtrArray *scenario_file_swarm(const ScenarioFile *file);        /* likewise */

/* The rows of the timeline without comments and places, a line each; to be freed. */
char *scenario_file_timeline_text(const ScenarioFile *file);

/* For `timeline: file(NAME)`: the name as written, for an `input` row; else NULL. */
const char *scenario_file_timeline_input(const ScenarioFile *file);
const char *scenario_file_timeline_sha256(const ScenarioFile *file); /* NULL while unread */

#endif

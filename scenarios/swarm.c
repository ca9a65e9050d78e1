/* SPDX-License-Identifier: MIT */
#include "scenarios/swarm.h"

#include "sim/error.h"
#include "sim/random.h"
#include "sim/sim_time.h"
#include "sim/value_text.h"

#include <string.h>

static const char PLACE[] = "--swarm";

/* Draws of one purpose, one after another. */
typedef struct Luck {
    uint64_t key, counter;
} Luck;

static Luck luck_of(uint64_t seed, const char *what)
{
    g_autofree char *purpose = g_strconcat("swarm.", what, NULL);
    return (Luck){random_key(seed, random_purpose(purpose), 0, 0), 0};
}

static uint64_t draw_below(Luck *luck, uint64_t bound)
{
    return random_below(random_word(luck->key, luck->counter++), bound);
}

/* What the command line says is not chosen any more. */
static bool choose(ScenarioFile *file, const char *key, const char *value, GPtrArray *ret_sets,
                   GError **error)
{
    const SettingValue *given = settings_find(scenario_file_values(file), key);
    if (given != NULL && given->origin == SETTING_SET) {
        return true;
    }
    char *assignment = g_strdup_printf("%s=%s", key, value);
    g_ptr_array_add(ret_sets, assignment);
    return scenario_file_set(file, assignment, error);
}

/* Faults. */

typedef struct FaultDraw {
    ScenarioFile *file;
    GPtrArray *rows;
    Luck luck;
    uint32_t peer_count;
    SimDuration within;
} FaultDraw;

/* In whole microseconds, so that rows can be read. */
static SimTime draw_time(FaultDraw *draw, SimTime after)
{
    const uint64_t steps = (uint64_t)MAX(draw->within / SIM_MICROSECOND, 1);
    return after + (SimTime)(1 + draw_below(&draw->luck, steps)) * SIM_MICROSECOND;
}

static void add_row(FaultDraw *draw, SimTime time, const char *action)
{
    g_autofree char *text = value_print(time, VALUE_DURATION);
    scenario_file_add_row(draw->file, text, action, PLACE);
    g_ptr_array_add(draw->rows, g_strdup_printf("%s: %s", text, action));
}

static void add_crash(FaultDraw *draw)
{
    const unsigned peer = (unsigned)draw_below(&draw->luck, draw->peer_count);
    const SimTime crash = draw_time(draw, 0), restart = draw_time(draw, crash);
    g_autofree char *first = g_strdup_printf("crash %u", peer);
    g_autofree char *second = g_strdup_printf("restart %u", peer);
    add_row(draw, crash, first);
    add_row(draw, restart, second);
}

/* Each peer goes to one side by a coin; peer 0 and the last are never on the same. */
static void add_partition(FaultDraw *draw)
{
    if (draw->peer_count < 2) {
        return;
    }
    g_autoptr(GString) left = g_string_new("{0");
    g_autoptr(GString) right = g_string_new("{");
    for (uint32_t peer = 1; peer + 1 < draw->peer_count; peer++) {
        GString *side = draw_below(&draw->luck, 2) == 0 ? left : right;
        g_string_append_printf(side, "%s%u", side->len > 1 ? ", " : "", peer);
    }
    g_string_append_printf(right, "%s%u", right->len > 1 ? ", " : "", draw->peer_count - 1);
    g_autofree char *action = g_strdup_printf("partition %s} %s}", left->str, right->str);
    const SimTime begin = draw_time(draw, 0), end = draw_time(draw, begin);
    add_row(draw, begin, action);
    add_row(draw, end, "heal");
}

static bool add_faults(FaultDraw *draw, const char *words, GError **error)
{
    g_auto(GStrv) faults = g_strsplit_set(words, " \t\n", -1);
    for (char **fault = faults; *fault != NULL; fault++) {
        if (strcmp(*fault, "crash") == 0) {
            add_crash(draw);
        } else if (strcmp(*fault, "partition") == 0) {
            add_partition(draw);
        } else if (**fault != '\0' && strcmp(*fault, "none") != 0) {
            return skein_refuse(error,
                                "found '%s', expected none, or words out of crash and "
                                "partition",
                                *fault);
        }
    }
    return true;
}

/* The number of peers after all choices; what is no number is refused later, and better. */
static uint32_t count_peers(ScenarioFile *file)
{
    const SettingValue *value = settings_find(scenario_file_values(file), "peers.count");
    int64_t count = 20;
    if (value != NULL && !value_parse(value->text, VALUE_COUNT, &count, NULL)) {
        return 1;
    }
    return (uint32_t)CLAMP(count, 1, UINT32_MAX);
}

/* Choices. */

static const ScenarioLine *draw_line(const SweepParameter *choice, uint64_t seed)
{
    Luck luck = luck_of(seed, choice->key);
    return g_ptr_array_index(choice->lines, draw_below(&luck, choice->lines->len));
}

static bool read_within(const ScenarioLine *line, SimDuration *within, GError **error)
{
    return (value_parse(line->text, VALUE_DURATION, within, error) &&
            (*within >= SIM_MICROSECOND ||
             skein_refuse(error, "found '%s', expected at least 1us", line->text))) ||
           text_place_blame(&line->place, "swarm.within", error);
}

static bool apply_section(ScenarioFile *file, uint64_t seed, GPtrArray *ret_sets,
                          GPtrArray *ret_rows, GError **error)
{
    const GPtrArray *choices = scenario_file_swarm(file);
    FaultDraw draw = {.file = file, .rows = ret_rows, .within = SIM_SECOND};
    const ScenarioLine *faults = NULL;
    for (guint i = 0; i < choices->len; i++) {
        const SweepParameter *choice = g_ptr_array_index(choices, i);
        const ScenarioLine *line = draw_line(choice, seed);
        if (strcmp(choice->key, "faults") == 0) {
            faults = line;
        } else if (strcmp(choice->key, "within") == 0) {
            if (!read_within(line, &draw.within, error)) {
                return false;
            }
        } else if (strchr(choice->key, '.') == NULL) {
            return text_place_refuse(&choice->place, NULL, error,
                                     "found '%s', expected a key such as link.loss, faults or "
                                     "within",
                                     choice->key);
        } else if (!choose(file, choice->key, line->text, ret_sets, error)) {
            return false;
        }
    }
    draw.luck = luck_of(seed, "fault");
    draw.peer_count = count_peers(file);
    return faults == NULL || add_faults(&draw, faults->text, error) ||
           text_place_blame(&faults->place, "swarm.faults", error);
}

bool swarm_apply(ScenarioFile *file, uint64_t seed, GPtrArray *ret_sets, GPtrArray *ret_rows,
                 GError **error)
{
    static const char *const TIES[] = {"order", "permuted"};
    static const char *const LATENCIES[] = {NULL, "1ms", "uniform(1ms, 100ms)", "exponential(20ms)",
                                            "pareto(1ms, 1.2)"};
    if (scenario_file_swarm(file)->len > 0) {
        return apply_section(file, seed, ret_sets, ret_rows, error);
    }
    Luck luck = luck_of(seed, "default");
    const char *ties = TIES[draw_below(&luck, G_N_ELEMENTS(TIES))];
    const char *latency = LATENCIES[draw_below(&luck, G_N_ELEMENTS(LATENCIES))];
    return choose(file, "scenario.ties", ties, ret_sets, error) &&
           (latency == NULL || choose(file, "link.latency", latency, ret_sets, error));
}

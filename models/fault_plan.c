/* SPDX-License-Identifier: MIT */
/* The rows of the timeline: split into words, matched against the usages, kept by time. */
#include "models/fault_plan.h"

#include "models/usage.h"
#include "sim/error.h"
#include "sim/nearest.h"
#include "sim/value_text.h"

#include <string.h>

typedef enum RowType {
    ROW_PARTITION,
    ROW_HEAL,
    ROW_CRASH,
    ROW_RESTART,
    ROW_ANNOUNCE,
    ROW_SET,
    ROW_SET_PEERS,
    ROW_SET_PAIR,
    ROW_SET_DIRECTED,
    ROW_ACTION
} RowType;

typedef struct RowForm {
    const char *name, *usage;
    RowType type;
} RowForm;

static const RowForm FORMS[] = {
    {"partition", "partition PEERS PEERS", ROW_PARTITION},
    {"heal", "heal", ROW_HEAL},
    {"crash", "crash PEERS", ROW_CRASH},
    {"restart", "restart PEERS", ROW_RESTART},
    {"announce", "announce PEERS", ROW_ANNOUNCE},
    {"set", "set TEXT TEXT", ROW_SET},
    {"set", "set PEERS TEXT TEXT", ROW_SET_PEERS},
    {"set", "set PEERS PEERS TEXT TEXT", ROW_SET_PAIR},
    {"set", "set PEERS to PEERS TEXT TEXT", ROW_SET_DIRECTED},
};

typedef struct Row {
    SimTime time;
    unsigned place;   /* in order of writing */
    unsigned setting; /* of set: its number among those, from 1 */
    RowType type;
    PeerSet *sets[2];
    const Action *action;
    int64_t arguments[USAGE_ARGUMENTS_MAX];
    bool has_peers;
    char *key, *value; /* of set: `link.latency` and its text */
    char *name, *rest; /* as written, for the fault table */
} Row;

struct FaultPlan {
    FaultPlanContext context;
    GPtrArray *rows;     /* of Row, sorted by time when is_sorted */
    GPtrArray *changes;  /* those that change links, borrowed; likewise */
    GPtrArray *settings; /* those that set, in order of writing, borrowed */
    GArray *events;      /* of PeerEvent, when is_sorted */
    bool is_sorted;
};

static void row_free(void *data)
{
    Row *row = data;
    peer_set_free(row->sets[0]);
    peer_set_free(row->sets[1]);
    g_free(row->key);
    g_free(row->value);
    g_free(row->name);
    g_free(row->rest);
    g_free(row);
}

FaultPlan *fault_plan_new(const FaultPlanContext *context)
{
    FaultPlan *plan = g_new0(FaultPlan, 1);
    plan->context = *context;
    plan->is_sorted = true;
    plan->rows = g_ptr_array_new_with_free_func(row_free);
    plan->changes = g_ptr_array_new();
    plan->settings = g_ptr_array_new();
    plan->events = g_array_new(FALSE, TRUE, sizeof(PeerEvent));
    return plan;
}

void fault_plan_free(FaultPlan *plan)
{
    if (plan != NULL) {
        g_ptr_array_unref(plan->changes);
        g_ptr_array_unref(plan->settings);
        g_array_unref(plan->events);
        g_ptr_array_unref(plan->rows);
        g_free(plan);
    }
}

/* Reading rows. */

static bool is_set(RowType type)
{
    return type == ROW_SET || type == ROW_SET_PEERS || type == ROW_SET_PAIR ||
           type == ROW_SET_DIRECTED;
}

/* Keys of links are set for all links or for those between two sets of peers, keys of hosts for all
 * hosts or a set of them. */
static bool check_key(const Row *row, GError **error)
{
    static const char *const KEYS[] = {
        "link.latency",     "link.jitter",     "link.loss", "link.bandwidth", "link.queue",
        "link.duplication", "link.corruption", "access.up", "access.down",    NULL};
    if (!g_strv_contains(KEYS, row->key)) {
        const char *nearest = nearest_name(row->key, KEYS);
        g_autofree char *all = g_strjoinv(", ", (char **)(uintptr_t)KEYS);
        return skein_refuse(error, "found '%s', expected one of %s%s%s%s", row->key, all,
                            nearest == NULL ? "" : " (did you mean '",
                            nearest == NULL ? "" : nearest, nearest == NULL ? "" : "'?)");
    }
    const bool is_access = g_str_has_prefix(row->key, "access.");
    if (is_access && row->type != ROW_SET && row->type != ROW_SET_PEERS) {
        return skein_refuse(error, "%s belongs to a peer, expected 'set PEERS %s VALUE'", row->key,
                            row->key);
    }
    if (!is_access && row->type == ROW_SET_PEERS) {
        return skein_refuse(error, "%s belongs to a link, expected 'set PEERS PEERS %s VALUE'",
                            row->key, row->key);
    }
    return true;
}

static bool parse_row(const FaultPlan *plan, const char *usage, char **words, Row *row,
                      GError **error)
{
    const UsageContext context = {.peer_count = plan->context.peer_count,
                                  .peer_names = plan->context.peer_names};
    UsageMatch match = {0};
    if (!usage_match(usage, words, &context, &match, error)) {
        return false;
    }
    memcpy(row->arguments, match.arguments, sizeof row->arguments);
    row->sets[0] = match.sets[0];
    row->sets[1] = match.sets[1];
    row->has_peers = match.sets[0] != NULL;
    if (is_set(row->type)) {
        row->key = g_strdup(match.texts[0]);
        row->value = g_strdup(match.texts[1]);
        return check_key(row, error);
    }
    return true;
}

static bool unknown_row(const FaultPlan *plan, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(FORMS); i++) {
        if (!is_set(FORMS[i].type) || FORMS[i].type == ROW_SET) { /* one name for all forms */
            g_ptr_array_add(names, (char *)(uintptr_t)FORMS[i].name);
        }
    }
    const Action *actions =
        plan->context.application == NULL ? NULL : plan->context.application->actions;
    for (; actions != NULL && actions->name != NULL; actions++) {
        g_ptr_array_add(names, (char *)(uintptr_t)actions->name);
    }
    g_ptr_array_add(names, NULL);
    const char *nearest = nearest_name(name, (const char *const *)(void *)names->pdata);
    g_ptr_array_set_size(names, (gint)names->len - 1);
    g_ptr_array_add(names, NULL);
    g_autofree char *all = g_strjoinv(", ", (char **)names->pdata);
    g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT, "found '%s', expected one of %s%s%s%s", name,
                all, nearest == NULL ? "" : " (did you mean '", nearest == NULL ? "" : nearest,
                nearest == NULL ? "" : "'?)");
    return false;
}

static const RowForm *find_form(const char *const *words)
{
    const unsigned count = g_strv_length((char **)(uintptr_t)words);
    const RowType set = count <= 3   ? ROW_SET
                        : count == 4 ? ROW_SET_PEERS
                        : count == 5 ? ROW_SET_PAIR
                                     : ROW_SET_DIRECTED;
    for (size_t i = 0; i < G_N_ELEMENTS(FORMS); i++) {
        if (g_str_equal(words[0], FORMS[i].name) &&
            (!is_set(FORMS[i].type) || FORMS[i].type == set)) {
            return &FORMS[i];
        }
    }
    return NULL;
}

static const Action *find_action(const Action *action, const char *name)
{
    for (; action != NULL && action->name != NULL; action++) {
        if (g_str_equal(name, action->name)) {
            return action;
        }
    }
    return NULL;
}

const char *fault_plan_usage(const Action *actions, const char *const *words)
{
    const RowForm *form = find_form(words);
    const Action *action = form != NULL ? NULL : find_action(actions, words[0]);
    return form != NULL ? form->usage : action != NULL ? action->usage : NULL;
}

/* The form or action that the words are: fills type, action, sets and arguments. */
static bool recognise(const FaultPlan *plan, char **words, Row *row, GError **error)
{
    const RowForm *form = find_form((const char *const *)words);
    if (form != NULL) {
        row->type = form->type;
        return parse_row(plan, form->usage, words, row, error);
    }
    const Application *application = plan->context.application;
    row->action = application == NULL ? NULL : find_action(application->actions, words[0]);
    if (row->action != NULL) {
        row->type = ROW_ACTION;
        return parse_row(plan, row->action->usage, words, row, error);
    }
    return unknown_row(plan, words[0], error);
}

static int compare_rows(const void *a, const void *b)
{
    const Row *left = *(const Row *const *)a, *right = *(const Row *const *)b;
    if (left->time != right->time) {
        return left->time < right->time ? -1 : 1;
    }
    return left->place < right->place ? -1 : left->place > right->place;
}

static bool is_at_peers(RowType type)
{
    return type == ROW_CRASH || type == ROW_RESTART || type == ROW_ANNOUNCE || type == ROW_ACTION;
}

void fault_plan_sort(FaultPlan *plan)
{
    plan->is_sorted = true;
    g_ptr_array_sort(plan->rows, compare_rows);
    g_ptr_array_set_size(plan->changes, 0);
    g_array_set_size(plan->events, 0);
    for (guint i = 0; i < plan->rows->len; i++) {
        Row *row = g_ptr_array_index(plan->rows, i);
        if (!is_at_peers(row->type)) {
            g_ptr_array_add(plan->changes, row);
            continue;
        }
        const PeerEvent event = {
            .time = row->time,
            .type = row->type == ROW_CRASH      ? PEER_CRASH
                    : row->type == ROW_RESTART  ? PEER_RESTART
                    : row->type == ROW_ANNOUNCE ? PEER_ANNOUNCE
                                                : PEER_ACTION,
            .at_coordinator = row->type == ROW_ACTION && !row->has_peers,
            .peers = row->sets[0],
            .action = row->action,
            .arguments = row->arguments,
        };
        g_array_append_val(plan->events, event);
    }
}

static bool check_row(const FaultPlan *plan, const Row *row, GError **error)
{
    if (row->type == ROW_ACTION && !row->has_peers && !plan->context.application->has_coordinator) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "%s names no peer, and module %s has no coordinator", row->action->name,
                    plan->context.application->name);
        return false;
    }
    return true;
}

bool fault_plan_add(FaultPlan *plan, const char *time, const char *action, GError **error)
{
    SimTime at;
    if (!value_parse(time, VALUE_DURATION, &at, error)) {
        return false;
    }
    if (at < 0) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found '%s', expected a time of 0 or later", time);
        return false;
    }
    g_auto(GStrv) words = usage_split(action, error);
    if (words == NULL) {
        return false;
    }
    if (words[0] == NULL) {
        g_set_error(error, SKEIN_ERROR, SKEIN_ERROR_INPUT,
                    "found nothing, expected an action such as heal");
        return false;
    }
    Row *row = g_new0(Row, 1);
    row->time = at;
    row->place = plan->rows->len;
    if (!recognise(plan, words, row, error) || !check_row(plan, row, error)) {
        row_free(row);
        return false;
    }
    row->name = g_strdup(words[0]);
    row->rest = g_strjoinv(" ", words + 1);
    g_ptr_array_add(plan->rows, row);
    if (row->key != NULL) {
        g_ptr_array_add(plan->settings, row);
        row->setting = plan->settings->len;
    }
    plan->is_sorted = false;
    return true;
}

/* Look-ups. */

/* How many changes hold at that time: those with time <= now. */
static guint changes_until(const FaultPlan *plan, SimTime now)
{
    g_assert(plan->is_sorted);
    guint low = 0, high = plan->changes->len;
    while (low < high) {
        const guint middle = low + (high - low) / 2;
        const Row *row = g_ptr_array_index(plan->changes, middle);
        if (row->time <= now) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static bool separates(const Row *row, EntityId a, EntityId b)
{
    return (peer_set_has(row->sets[0], a) && peer_set_has(row->sets[1], b)) ||
           (peer_set_has(row->sets[0], b) && peer_set_has(row->sets[1], a));
}

bool fault_plan_is_cut(const FaultPlan *plan, SimTime now, EntityId a, EntityId b)
{
    g_assert(plan->is_sorted);
    if (plan->changes->len == 0) {
        return false;
    }
    for (guint i = changes_until(plan, now); i > 0; i--) {
        const Row *row = g_ptr_array_index(plan->changes, i - 1);
        if (row->type == ROW_HEAL) {
            return false;
        }
        if (row->type == ROW_PARTITION && separates(row, a, b)) {
            return true;
        }
    }
    return false;
}

SimTime fault_plan_next_change(const FaultPlan *plan, SimTime now)
{
    const guint next = changes_until(plan, now);
    return next < plan->changes->len ? ((const Row *)g_ptr_array_index(plan->changes, next))->time
                                     : SIM_TIME_MAX;
}

static bool concerns(const Row *row, EntityId sender, EntityId receiver)
{
    switch (row->type) {
    case ROW_SET_PEERS:
        return peer_set_has(row->sets[0], sender);
    case ROW_SET_PAIR:
        return separates(row, sender, receiver);
    case ROW_SET_DIRECTED:
        return peer_set_has(row->sets[0], sender) && peer_set_has(row->sets[1], receiver);
    default:
        return true;
    }
}

unsigned fault_plan_setting(const FaultPlan *plan, SimTime now, const char *key, EntityId sender,
                            EntityId receiver)
{
    for (guint i = changes_until(plan, now); i > 0; i--) {
        const Row *row = g_ptr_array_index(plan->changes, i - 1);
        if (is_set(row->type) && strcmp(row->key, key) == 0 && concerns(row, sender, receiver)) {
            return row->setting;
        }
    }
    return 0;
}

bool fault_plan_set_row(const FaultPlan *plan, unsigned number, const char **ret_key,
                        const char **ret_value)
{
    if (number == 0 || number > plan->settings->len) {
        return false;
    }
    const Row *row = g_ptr_array_index(plan->settings, number - 1);
    *ret_key = row->key;
    *ret_value = row->value;
    return true;
}

unsigned fault_plan_peer_event_count(const FaultPlan *plan)
{
    g_assert(plan->is_sorted);
    return plan->events->len;
}

const PeerEvent *fault_plan_peer_event(const FaultPlan *plan, unsigned index)
{
    g_assert(index < plan->events->len);
    return &g_array_index(plan->events, PeerEvent, index);
}

unsigned fault_plan_row_count(const FaultPlan *plan)
{
    return plan->rows->len;
}

void fault_plan_row(const FaultPlan *plan, unsigned index, SimTime *ret_time,
                    const char **ret_action, const char **ret_arguments)
{
    g_assert(plan->is_sorted);
    const Row *row = g_ptr_array_index(plan->rows, index);
    *ret_time = row->time;
    *ret_action = row->name;
    *ret_arguments = row->rest;
}

char **fault_plan_usages(const Application *application)
{
    GPtrArray *usages = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(FORMS); i++) {
        const RowType type = FORMS[i].type;
        const char *text = !is_set(type)           ? FORMS[i].usage
                           : type == ROW_SET       ? "set KEY VALUE"
                           : type == ROW_SET_PEERS ? "set PEERS access.KEY VALUE"
                           : type == ROW_SET_PAIR  ? "set PEERS PEERS link.KEY VALUE"
                                                   : "set PEERS to PEERS link.KEY VALUE";
        g_ptr_array_add(usages, g_strdup(text));
    }
    const Action *action = application == NULL ? NULL : application->actions;
    for (; action != NULL && action->name != NULL; action++) {
        g_ptr_array_add(usages, g_strdup_printf("%s: %s", action->usage, action->help));
    }
    g_ptr_array_add(usages, NULL);
    return (char **)g_ptr_array_free(usages, FALSE);
}

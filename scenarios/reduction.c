/* SPDX-License-Identifier: MIT */
#include "scenarios/reduction.h"

#include "sim/record.h"
#include "sim/value_text.h"

#include <string.h>

/* Simple durations for a place where there is a longer one now: 0, then 1, 2 and 5 times powers of
 * ten of a unit; and last, the rounder duration above the present one. */
enum { SIMPLE_POWERS = 6, SIMPLE_COUNT = 1 + 3 * SIMPLE_POWERS, CHOICES = SIMPLE_COUNT + 1 };

static SimDuration simple_duration(SimDuration unit, unsigned index)
{
    static const int64_t FACTORS[] = {1, 2, 5};
    SimDuration power = unit;
    for (unsigned i = 3; i < index; i += 3) {
        power *= 10;
    }
    return index == 0 ? 0 : power * FACTORS[(index - 1) % 3];
}

/* One digit and zeros, not below. */
static SimDuration rounded_up(SimDuration duration)
{
    SimDuration power = 1;
    while (duration / power >= 10) {
        power *= 10;
    }
    return (duration + power - 1) / power * power;
}

/* False when choice number `index` is not simpler than the present one. */
static bool simpler(SimDuration present, SimDuration unit, unsigned index, SimDuration *ret_chosen)
{
    if (index == SIMPLE_COUNT) {
        *ret_chosen = rounded_up(present);
        return *ret_chosen != present;
    }
    *ret_chosen = simple_duration(unit, index);
    return *ret_chosen < present;
}

/* Messages whose latency is not the simplest one. */

static bool is_odd(const Draft *draft, guint index)
{
    return g_array_index(draft->messages, DraftMessage, index).latency != draft->latency;
}

static unsigned count_odd(const Draft *draft)
{
    unsigned count = 0;
    for (guint i = 0; draft->messages != NULL && i < draft->messages->len; i++) {
        count += is_odd(draft, i);
    }
    return count;
}

/* Rows. */

static unsigned count_rows(const Draft *draft)
{
    return draft->rows->len;
}

static bool has_twin(const Draft *draft, const DraftRow *row, EntityId peer)
{
    for (guint i = 0; i < draft->rows->len; i++) {
        const DraftRow *other = g_ptr_array_index(draft->rows, i);
        EntityId first, second;
        if (other != row && other->time == row->time) {
            draft_row_peers(draft, other, &first, &second);
            if (first == peer) {
                return true;
            }
        }
    }
    return false;
}

/* Takes what the row sent out of the list, so that later messages of the link keep their latencies:
 * the first message to the second peer of the row at its instant, or all of the peer's where the
 * row names no other. */
static void drop_messages(Draft *draft, const DraftRow *row)
{
    EntityId sender, receiver;
    draft_row_peers(draft, row, &sender, &receiver);
    if (draft->messages == NULL || sender == RECORD_NO_PEER ||
        (receiver == RECORD_NO_PEER && has_twin(draft, row, sender))) {
        return;
    }
    for (guint i = 0; i < draft->messages->len;) {
        const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        const bool is_its = message->sender == sender && message->sent == row->time &&
                            (receiver == RECORD_NO_PEER || message->receiver == receiver);
        if (!is_its) {
            i++;
            continue;
        }
        g_array_remove_index(draft->messages, i);
        if (receiver != RECORD_NO_PEER) {
            return;
        }
    }
}

static bool drop_rows(Draft *draft, unsigned from, unsigned to)
{
    to = MIN(to, draft->rows->len);
    for (unsigned i = to; i-- > from;) {
        drop_messages(draft, g_ptr_array_index(draft->rows, i));
        g_ptr_array_remove_index(draft->rows, i);
    }
    return to > from;
}

/* Who sent what in answer to what is not known. So each row is tried with each odd latency, which
 * has to stay with its message: if a message before it on its link goes with the row, the latency
 * has to move up. */
enum { ANSWERS_MAX = 400 };

static unsigned count_answers(const Draft *draft)
{
    const unsigned odd = count_odd(draft);
    return draft->rows->len <= ANSWERS_MAX && draft->rows->len * odd <= ANSWERS_MAX
               ? draft->rows->len * odd
               : 0;
}

/* The message of odd latency number `number`. */
static guint find_odd(const Draft *draft, unsigned number)
{
    guint index = 0;
    while (!is_odd(draft, index) || number-- > 0) {
        index++;
    }
    return index;
}

static bool drop_answered(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    const unsigned odd = count_odd(draft);
    const guint index = find_odd(draft, from % odd);
    const DraftMessage message = g_array_index(draft->messages, DraftMessage, index);
    for (guint i = index; i-- > 0;) {
        const DraftMessage *before = &g_array_index(draft->messages, DraftMessage, i);
        if (before->sender == message.sender && before->receiver == message.receiver &&
            !is_odd(draft, i)) {
            g_array_remove_index(draft->messages, i);
            return drop_rows(draft, from / odd, from / odd + 1);
        }
    }
    return false;
}

/* Peers and edges. */

static unsigned count_peers(const Draft *draft)
{
    return draft->peer_count < 2 ? 0 : draft->peer_count;
}

static bool drop_peers(Draft *draft, unsigned from, unsigned to)
{
    to = MIN(to, draft->peer_count);
    if (to - from >= draft->peer_count) {
        return false;
    }
    for (unsigned peer = to; peer-- > from;) {
        if (!draft_drop_peer(draft, peer, false)) {
            return false;
        }
    }
    return to > from;
}

static bool bridge_peer(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    return draft_drop_peer(draft, from, true);
}

static unsigned count_edges(const Draft *draft)
{
    return draft->edges == NULL ? 0 : draft->edges->len;
}

static bool drop_edges(Draft *draft, unsigned from, unsigned to)
{
    to = MIN(to, draft->edges->len);
    if (to <= from || to - from == draft->edges->len) {
        return false; /* a file of no edges is refused */
    }
    for (unsigned i = from; draft->messages != NULL && i < to; i++) {
        const DraftEdge *edge = &g_array_index(draft->edges, DraftEdge, i);
        for (guint k = draft->messages->len; k-- > 0;) {
            const DraftMessage *message = &g_array_index(draft->messages, DraftMessage, k);
            if ((message->sender == edge->from && message->receiver == edge->to) ||
                (message->sender == edge->to && message->receiver == edge->from)) {
                g_array_remove_index(draft->messages, k);
            }
        }
    }
    g_array_remove_range(draft->edges, from, to - from);
    return true;
}

/* Latencies. Steps count the messages that are odd. */
static bool simplify_latencies(Draft *draft, unsigned from, unsigned to)
{
    unsigned odd = 0;
    bool is_changed = false;
    for (guint i = 0; i < draft->messages->len; i++) {
        if (is_odd(draft, i)) {
            if (odd >= from && odd < to) {
                g_array_index(draft->messages, DraftMessage, i).latency = draft->latency;
                is_changed = true;
            }
            odd++;
        }
    }
    return is_changed;
}

/* Two for each message: with the first one of its link that has the simplest latency, and with the
 * last such one before it. */
enum { POSITIONS = 2 };

static unsigned count_positions(const Draft *draft)
{
    return draft->messages == NULL ? 0 : draft->messages->len * POSITIONS;
}

static bool move_latency(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    const guint index = from / POSITIONS;
    DraftMessage *message = &g_array_index(draft->messages, DraftMessage, index);
    DraftMessage *target = NULL;
    for (guint i = 0; i < index && is_odd(draft, index); i++) {
        DraftMessage *earlier = &g_array_index(draft->messages, DraftMessage, i);
        const bool is_its = earlier->sender == message->sender &&
                            earlier->receiver == message->receiver && !is_odd(draft, i);
        target = is_its && (target == NULL || from % POSITIONS == 1) ? earlier : target;
    }
    if (target == NULL) {
        return false;
    }
    target->latency = message->latency;
    message->latency = draft->latency;
    return true;
}

static unsigned count_delays(const Draft *draft)
{
    return draft->messages == NULL ? 0 : draft->messages->len * CHOICES;
}

static bool simplify_delay(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    DraftMessage *message = &g_array_index(draft->messages, DraftMessage, from / CHOICES);
    SimDuration chosen;
    if (message->latency == 0 || !is_odd(draft, from / CHOICES) || from % CHOICES == 0 ||
        !simpler(message->latency, draft->latency, from % CHOICES, &chosen)) {
        return false;
    }
    message->latency = chosen;
    return true;
}

/* Numbers: of rows first, then those of the settings. */

enum { ROW_NUMBERS = 2, HALVES = 2, ROW_STEPS = ROW_NUMBERS * HALVES };

/* Not 0, which often means the opposite of little. */
static bool smaller_number(int64_t number, int64_t least, unsigned half, int64_t *ret_smaller)
{
    *ret_smaller = MAX(half == 0 ? 1 : number / 2, MAX(least, 1));
    return *ret_smaller < number;
}

/* The counts among the settings of the module and of its snapshots, which a module that cannot
 * explain itself is governed by. NULL: there are not so many. */
static const Setting *number_setting(const Draft *draft, unsigned index, const char **ret_section)
{
    g_autofree const SettingsTable **tables = scenario_tables(draft->module);
    for (const SettingsTable *const *table = tables; *table != NULL; table++) {
        const bool is_its = strcmp((*table)->section, draft->module->name) == 0 ||
                            strcmp((*table)->section, "snapshot") == 0;
        const Setting *setting = (*table)->settings;
        for (; is_its && setting->key != NULL; setting++) {
            if (setting->type == SETTING_COUNT && index-- == 0) {
                *ret_section = (*table)->section;
                return setting;
            }
        }
    }
    return NULL;
}

static unsigned count_numbers(const Draft *draft)
{
    unsigned settings = 0;
    const char *section;
    while (!draft->has_explicit_rows && number_setting(draft, settings, &section) != NULL) {
        settings++;
    }
    return draft->rows->len * ROW_STEPS + settings * HALVES;
}

static bool reduce_setting(Draft *draft, unsigned step)
{
    const char *section = NULL;
    const Setting *setting = number_setting(draft, step / HALVES, &section);
    g_autofree char *key = g_strdup_printf("%s.%s", section, setting->key);
    const char *given = draft_setting(draft, key);
    int64_t number, smaller, least = 0;
    if (!value_parse(given != NULL ? given : setting->default_text, VALUE_COUNT, &number, NULL) ||
        (setting->minimum != NULL && !value_parse(setting->minimum, VALUE_COUNT, &least, NULL)) ||
        !smaller_number(number, least, step % HALVES, &smaller)) {
        return false;
    }
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, smaller);
    draft_set(draft, key, text);
    return true;
}

static bool reduce_number(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    if (from >= draft->rows->len * ROW_STEPS) {
        return reduce_setting(draft, from - draft->rows->len * ROW_STEPS);
    }
    DraftRow *row = g_ptr_array_index(draft->rows, from / ROW_STEPS);
    const unsigned index = from % ROW_STEPS / HALVES;
    const int64_t number = draft_row_number(draft, row, index);
    int64_t smaller;
    if (number < 0 || !smaller_number(number, 0, from % HALVES, &smaller)) {
        return false;
    }
    draft_row_set_number(draft, row, index, smaller);
    return true;
}

/* Times. */

static SimDuration unit_of(const Draft *draft)
{
    return draft->messages == NULL ? SIM_MILLISECOND : draft->latency;
}

static unsigned count_times(const Draft *draft)
{
    return draft->rows->len * CHOICES;
}

/* What a row's message list knows of its time moves with it. */
static void move_messages(Draft *draft, SimTime from, SimDuration shift)
{
    for (guint i = 0; draft->messages != NULL && i < draft->messages->len; i++) {
        DraftMessage *message = &g_array_index(draft->messages, DraftMessage, i);
        message->sent += message->sent >= from ? shift : 0;
    }
}

static bool move_rows(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    const unsigned index = from / CHOICES;
    DraftRow *row = g_ptr_array_index(draft->rows, index);
    const SimTime before =
        index == 0 ? 0 : ((DraftRow *)g_ptr_array_index(draft->rows, index - 1))->time;
    SimDuration gap;
    if (!simpler(row->time - before, unit_of(draft), from % CHOICES, &gap)) {
        return false;
    }
    const SimDuration shift = before + gap - row->time;
    move_messages(draft, row->time, shift);
    for (guint i = index; i < draft->rows->len; i++) {
        ((DraftRow *)g_ptr_array_index(draft->rows, i))->time += shift;
    }
    return true;
}

static unsigned count_stops(const Draft *draft)
{
    SimTime stop;
    const char *text = draft_setting(draft, "scenario.stop");
    return text != NULL && value_parse(text, VALUE_DURATION, &stop, NULL) ? CHOICES : 0;
}

static bool stop_sooner(Draft *draft, unsigned from, unsigned to)
{
    (void)to;
    SimTime stop;
    SimDuration sooner;
    if (!value_parse(draft_setting(draft, "scenario.stop"), VALUE_DURATION, &stop, NULL) ||
        from == 0 || !simpler(stop, unit_of(draft), from, &sooner)) {
        return false;
    }
    g_autofree char *text = value_print(sooner, VALUE_DURATION);
    draft_set(draft, "scenario.stop", text);
    return true;
}

/* Ties. */

static unsigned count_ties(const Draft *draft)
{
    return g_strcmp0(draft_setting(draft, "scenario.ties"), "permuted") == 0 ? 1 : 0;
}

static bool order_ties(Draft *draft, unsigned from, unsigned to)
{
    (void)from;
    (void)to;
    draft_unset(draft, "scenario.ties");
    return true;
}

const Reduction REDUCTIONS[] = {
    {"rows", true, count_rows, drop_rows},
    {"answers", false, count_answers, drop_answered},
    {"peers", true, count_peers, drop_peers},
    {"bridges", false, count_peers, bridge_peer},
    {"edges", true, count_edges, drop_edges},
    {"latencies", true, count_odd, simplify_latencies},
    {"positions", false, count_positions, move_latency},
    {"numbers", false, count_numbers, reduce_number},
    {"times", false, count_times, move_rows},
    {"delays", false, count_delays, simplify_delay},
    {"stop", false, count_stops, stop_sooner},
    {"ties", false, count_ties, order_ties},
    {0},
};

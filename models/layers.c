/* SPDX-License-Identifier: MIT */
/* What the settings of the layers mean together. */
#include "models/layers.h"

#include "models/muxer.h"
#include "sim/error.h"
#include "sim/nearest.h"

#include <string.h>

/* RFC 6455's opening as go and browsers write it: a request with some ten headers and an answer
 * with three. */
enum { WEBSOCKET_REQUEST_BYTES = 210, WEBSOCKET_ANSWER_BYTES = 129 };

static const char *const TRANSPORTS[] = {"tcp", "ws", NULL};

/* Names. */

static int find_security(const char *name)
{
    const unsigned number = security_find(name);
    return number == SECURITY_COUNT ? -1 : (int)number;
}

static const char *security_name(unsigned number)
{
    return security_get(number)->name;
}

static const char *muxer_name(unsigned number)
{
    return muxer_at(number)->name;
}

typedef struct LayerKind {
    const char *word;
    unsigned count;
    int (*find)(const char *name);
    const char *(*name)(unsigned number);
} LayerKind;

static const LayerKind SECURITIES = {"security", SECURITY_COUNT, find_security, security_name};
static const LayerKind MUXERS = {"muxer", MUXER_COUNT, muxer_find, muxer_name};

static bool refuse_name(const LayerKind *kind, const char *name, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    for (unsigned i = 0; i < kind->count; i++) {
        g_ptr_array_add(names, (char *)(uintptr_t)kind->name(i));
    }
    g_ptr_array_add(names, NULL);
    g_autofree char *list = g_strjoinv(", ", (char **)names->pdata);
    const char *near = nearest_name(name, (const char *const *)names->pdata);
    return near == NULL
               ? skein_refuse(error, "found '%s', expected a %s: %s", name, kind->word, list)
               : skein_refuse(error, "found '%s', expected a %s: %s; did you mean '%s'?", name,
                              kind->word, list, near);
}

static bool add_name(UpgradeList *list, const LayerKind *kind, const char *name, GError **error)
{
    const int number = kind->find(name);
    if (number < 0) {
        return refuse_name(kind, name, error);
    }
    for (unsigned i = 0; i < list->count; i++) {
        if (list->numbers[i] == (unsigned)number) {
            return skein_refuse(error, "found '%s' twice, expected each %s once", name, kind->word);
        }
    }
    g_assert(list->count < UPGRADE_CHOICES_MAX);
    list->numbers[list->count++] = (uint16_t)number;
    return true;
}

/* [auto] stands for `automatic`. */
static bool read_list(UpgradeList *list, const LayerKind *kind, char *const *names,
                      const UpgradeList *automatic, GError **error)
{
    if (names[0] != NULL && names[1] == NULL && g_str_equal(names[0], "auto")) {
        *list = *automatic;
        return true;
    }
    *list = (UpgradeList){0};
    for (; *names != NULL; names++) {
        if (!add_name(list, kind, *names, error)) {
            return false;
        }
    }
    return list->count > 0 || skein_refuse(error, "found [], expected at least one %s", kind->word);
}

bool layers_are_named(const char *stack_name)
{
    return strchr(stack_name, '/') != NULL;
}

static bool read_name(Layers *layers, const char *stack_name, UpgradeList *security,
                      UpgradeList *muxer, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(stack_name, "/", -1);
    if (g_strv_length(parts) != 3) {
        return skein_refuse(error,
                            "found '%s', expected TRANSPORT/SECURITY/MUXER as in "
                            "tcp/noise/yamux",
                            stack_name);
    }
    if (!g_strv_contains(TRANSPORTS, parts[0])) {
        return skein_refuse(error, "found '%s' in '%s', expected a transport: tcp or ws", parts[0],
                            stack_name);
    }
    layers->plan.has_websocket = g_str_equal(parts[0], "ws");
    return add_name(security, &SECURITIES, parts[1], error) &&
           add_name(muxer, &MUXERS, parts[2], error);
}

static bool read_peers(PeerSet **set, const char *text, uint32_t count, const char *const *names,
                       GError **error)
{
    if (g_str_equal(text, "none")) {
        return true;
    }
    *set = peer_set_new(text, count, names, error);
    return *set != NULL;
}

static const char *read_sets(Layers *layers, uint32_t peer_count, const char *const *peer_names,
                             GError **error)
{
    if (!read_peers(&layers->impostors, layers->security.impostors, peer_count, peer_names,
                    error)) {
        return "security.impostors";
    }
    if (!read_peers(&layers->refusers, layers->negotiation.refuse, peer_count, peer_names, error)) {
        return "negotiation.refuse";
    }
    return NULL;
}

const char *layers_build(Layers *layers, const char *stack_name, uint32_t peer_count,
                         const char *const *peer_names, GError **error)
{
    UpgradePlan *plan = &layers->plan;
    UpgradeList security = {0}, muxer = {0};
    if (!layers_are_named(stack_name)) { /* quic, which has layers of its own below channels */
        return read_sets(layers, peer_count, peer_names, error);
    }
    if (!read_name(layers, stack_name, &security, &muxer, error)) {
        return "stack.name";
    }
    if (!read_list(&plan->proposed_securities, &SECURITIES, layers->security.propose, &security,
                   error)) {
        return "security.propose";
    }
    if (!read_list(&plan->accepted_securities, &SECURITIES, layers->security.accept,
                   &plan->proposed_securities, error)) {
        return "security.accept";
    }
    if (!read_list(&plan->proposed_muxers, &MUXERS, layers->muxer.propose, &muxer, error)) {
        return "muxer.propose";
    }
    if (!read_list(&plan->accepted_muxers, &MUXERS, layers->muxer.accept, &plan->proposed_muxers,
                   error)) {
        return "muxer.accept";
    }
    const char *fault = read_sets(layers, peer_count, peer_names, error);
    if (fault != NULL) {
        return fault;
    }
    layers->muxer_protocols = g_new0(const char *, MUXER_COUNT);
    for (unsigned i = 0; i < MUXER_COUNT; i++) {
        layers->muxer_protocols[i] = muxer_at(i)->protocol;
    }
    plan->muxer_protocols = layers->muxer_protocols;
    plan->has_early_muxers = layers->security.early_muxer;
    plan->mode = layers->negotiation.connections == 1 ? NEGOTIATION_STRICT : NEGOTIATION_PIPELINED;
    plan->websocket_request_bytes = WEBSOCKET_REQUEST_BYTES;
    plan->websocket_answer_bytes = WEBSOCKET_ANSWER_BYTES;
    return NULL;
}

void layers_clear(Layers *layers)
{
    g_clear_pointer(&layers->muxer_protocols, g_free);
    g_clear_pointer(&layers->impostors, peer_set_free);
    g_clear_pointer(&layers->refusers, peer_set_free);
}

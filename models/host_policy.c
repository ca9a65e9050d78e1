/* SPDX-License-Identifier: MIT */
/* Back-off and connection manager. */
#include "models/host_policy.h"

#include "models/ranked.h"

typedef struct BackOff {
    uint64_t key; /* the peer, and the transport where there are several */
    uint32_t failures;
    SimTime until;
} BackOff;

/* What the application thinks of a peer. */
typedef struct Regard {
    int64_t tag;
    bool is_protected;
} Regard;

struct HostPolicy {
    GHashTable *back_offs; /* BackOff by key; NULL: none */
    GHashTable *regards;   /* Regard by peer; NULL: none */
    uint32_t open_connections;
    TimerId trim;
    bool is_trim_due;
};

static const SimDuration BACK_OFF_BASE = 5 * SIM_SECOND;
static const SimDuration BACK_OFF_STEP = SIM_SECOND;
static const SimDuration BACK_OFF_MAX = 300 * SIM_SECOND;

static struct HostPolicy *policy_of(Host *host)
{
    if (host->policy == NULL) {
        host->policy = g_new0(struct HostPolicy, 1);
    }
    return host->policy;
}

void host_policy_forget(Host *host)
{
    struct HostPolicy *policy = host->policy;
    if (policy != NULL) {
        g_clear_pointer(&policy->back_offs, g_hash_table_unref);
        g_clear_pointer(&policy->regards, g_hash_table_unref);
        g_clear_pointer(&host->policy, g_free);
    }
}

/* Dials. */

static SimDuration back_off_after(uint32_t failures)
{
    const SimDuration steps = (SimDuration)MIN(failures, 1000) * MIN(failures, 1000);
    return MIN(BACK_OFF_BASE + steps * BACK_OFF_STEP, BACK_OFF_MAX);
}

static uint64_t key_of(EntityId peer, unsigned way)
{
    return (uint64_t)peer << 32 | way;
}

static BackOff *back_off_of(const Host *host, uint64_t key)
{
    return host->policy == NULL || host->policy->back_offs == NULL
               ? NULL
               : g_hash_table_lookup(host->policy->back_offs, &key);
}

bool host_policy_is_backing_off(Host *host, EntityId peer, unsigned way)
{
    const BackOff *back_off = back_off_of(host, key_of(peer, way));
    return back_off != NULL && host_now(host) < back_off->until;
}

static void clear_peer(Host *host, EntityId peer)
{
    GHashTable *back_offs = host->policy == NULL ? NULL : host->policy->back_offs;
    for (unsigned way = 0; way < RANKED_WAYS && back_offs != NULL; way++) {
        const uint64_t key = key_of(peer, way);
        g_hash_table_remove(back_offs, &key);
    }
}

void host_policy_note_dial(Host *host, const Connection *connection, Outcome outcome)
{
    if (!host->network->dial.back_off || outcome == OUTCOME_BACK_OFF) {
        return;
    }
    if (outcome == OUTCOME_OPEN) {
        clear_peer(host, connection->peer);
        return;
    }
    const uint64_t key = key_of(connection->peer, ranked_way(connection->id));
    BackOff *back_off = back_off_of(host, key);
    struct HostPolicy *policy = policy_of(host);
    if (policy->back_offs == NULL) {
        policy->back_offs = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    }
    if (back_off == NULL) {
        back_off = g_new0(BackOff, 1);
        back_off->key = key;
        g_hash_table_insert(policy->back_offs, &back_off->key, back_off);
    } else if (host_now(host) >= back_off->until + back_off_after(back_off->failures)) {
        back_off->failures = 0;
    }
    back_off->until = host_now(host) + back_off_after(back_off->failures);
    back_off->failures++;
}

/* Peers. */

static Regard regard_of(const Host *host, EntityId peer)
{
    const Regard *regard = host->policy == NULL || host->policy->regards == NULL
                               ? NULL
                               : g_hash_table_lookup(host->policy->regards, GUINT_TO_POINTER(peer));
    return regard == NULL ? (Regard){0} : *regard;
}

static void set_regard(Host *host, EntityId peer, Regard regard)
{
    struct HostPolicy *policy = policy_of(host);
    if (policy->regards == NULL) {
        policy->regards = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    }
    if (regard.tag == 0 && !regard.is_protected) {
        g_hash_table_remove(policy->regards, GUINT_TO_POINTER(peer));
    } else {
        g_hash_table_replace(policy->regards, GUINT_TO_POINTER(peer),
                             g_memdup2(&regard, sizeof regard));
    }
}

void host_protect(Host *host, EntityId peer, bool is_protected)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    set_regard(host, peer, (Regard){regard_of(host, peer).tag, is_protected});
}

void host_tag(Host *host, EntityId peer, int64_t value)
{
    g_assert(entity_is_running(&host->entity) && !host_is_coordinator(host));
    set_regard(host, peer, (Regard){value, regard_of(host, peer).is_protected});
}

/* Connections. */

static bool has_too_many(const Host *host)
{
    const int64_t high = host->network->connections.high;
    return high > 0 && host->policy != NULL && host->policy->open_connections > high;
}

/* The manager looks at whole multiples of the silence. */
static void look_later(Host *host)
{
    struct HostPolicy *policy = host->policy;
    const SimDuration silence = host->network->connections.silence;
    if (policy->trim == 0) {
        policy->trim = timer_new(&host->entity, KIND_RELEASE, HOST_POLICY_TRIM, true);
    }
    policy->is_trim_due = true;
    timer_set(&host->entity, policy->trim, silence - host_now(host) % silence);
}

void host_policy_count(Host *host, int change)
{
    if (host->network->connections.high == 0) {
        return;
    }
    struct HostPolicy *policy = policy_of(host);
    policy->open_connections += (uint32_t)change;
    if (change > 0 && has_too_many(host) && !policy->is_trim_due) {
        look_later(host);
    }
}

static int compare(const void *a, const void *b, void *host)
{
    const Connection *one = *(Connection *const *)a, *other = *(Connection *const *)b;
    const int64_t tag = regard_of(host, one->peer).tag,
                  other_tag = regard_of(host, other->peer).tag;
    const int by_tag = (tag > other_tag) - (tag < other_tag);
    const int by_streams = (one->streams != 0) - (other->streams != 0);
    const int by_side = one->is_dialer - other->is_dialer;
    const int by_age = (one->dialed > other->dialed) - (one->dialed < other->dialed);
    return by_tag != 0       ? by_tag
           : by_streams != 0 ? by_streams
           : by_side != 0    ? by_side
           : by_age != 0     ? by_age
                             : (one->id > other->id) - (one->id < other->id);
}

static GPtrArray *find_candidates(Host *host)
{
    const SimTime oldest = host_now(host) - host->network->connections.grace;
    GPtrArray *candidates = g_ptr_array_new();
    for (uint32_t i = 0; i < host->contacts.count; i++) {
        Connection *at = host->contacts.contacts[i].connections;
        for (; at != NULL; at = at->next) {
            if (at->state == CONNECTION_OPEN && at->id != 0 && !at->is_closing &&
                at->dialed <= oldest && !regard_of(host, at->peer).is_protected) {
                g_ptr_array_add(candidates, at);
            }
        }
    }
    g_ptr_array_sort_with_data(candidates, compare, host);
    return candidates;
}

/* A handler that is told of the end of one connection may end another. */
static bool is_still_there(const Host *host, uint64_t id, uint32_t contact)
{
    const Connection *at = host->contacts.contacts[contact].connections;
    while (at != NULL && at->id != id) {
        at = at->next;
    }
    return at != NULL;
}

void host_policy_trim(Host *host)
{
    struct HostPolicy *policy = host->policy;
    policy->is_trim_due = false;
    if (!has_too_many(host)) {
        return;
    }
    g_autoptr(GPtrArray) candidates = find_candidates(host);
    g_autofree uint64_t *ids = g_new(uint64_t, candidates->len + 1);
    g_autofree uint32_t *contacts = g_new(uint32_t, candidates->len + 1);
    for (guint i = 0; i < candidates->len; i++) {
        const Connection *candidate = g_ptr_array_index(candidates, i);
        ids[i] = candidate->id;
        contacts[i] = candidate->contact;
    }
    for (guint i = 0;
         i < candidates->len && policy->open_connections > (uint64_t)host->network->connections.low;
         i++) {
        if (is_still_there(host, ids[i], contacts[i])) {
            connection_drop(host, g_ptr_array_index(candidates, i));
        }
    }
    if (has_too_many(host)) {
        look_later(host);
    }
}

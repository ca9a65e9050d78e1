/* SPDX-License-Identifier: MIT */
/* Reading a policy. */
#include "models/queue_policy.h"

#include "sim/call_text.h"
#include "sim/error.h"
#include "sim/value_text.h"

#include <string.h>

static const char *const USAGES[] = {
    "64KiB or 100packets, short for drop-tail(64KiB); unlimited",
    "red(MIN, MAX, PROBABILITY, limit=SIZE, weight=0.002, packet=1000B)",
    "codel(limit=1000packets, target=5ms, interval=100ms)",
    "fq-codel(limit=10240packets, target=5ms, interval=100ms, flows=1024, quantum=1514B)",
    NULL,
};

/* A number of packets or of bytes. */
static bool parse_amount(const char *text, bool *ret_counts_bytes, uint64_t *ret, GError **error)
{
    g_autofree char *number = NULL;
    int64_t value;
    *ret_counts_bytes = true;
    for (size_t i = 0; i < 2; i++) {
        static const char *const WORDS[] = {"packets", "packet"};
        if (number == NULL && g_str_has_suffix(text, WORDS[i])) {
            number = g_strndup(text, strlen(text) - strlen(WORDS[i]));
            *ret_counts_bytes = false;
        }
    }
    if (number != NULL) {
        if (!value_parse(g_strchomp(number), VALUE_COUNT, &value, error)) {
            return false;
        }
    } else if (!value_parse(text, VALUE_SIZE, &value, NULL)) {
        return skein_refuse(error, "found '%s', expected a size such as 64KiB or 100packets", text);
    }
    if (value < 0) {
        return skein_refuse(error, "found '%s', expected 0 or more", text);
    }
    *ret = (uint64_t)value;
    return true;
}

static bool parse_limit(const char *text, QueuePolicy *policy, GError **error)
{
    if (g_str_equal(text, "unlimited")) {
        policy->limit = UINT64_MAX;
        return true;
    }
    return parse_amount(text, &policy->counts_bytes, &policy->limit, error);
}

static bool parse_length(const CallText *call, const char *key, SimDuration *length, GError **error)
{
    const char *text = call_text_option(call, key);
    if (text != NULL &&
        (!value_parse(text, VALUE_DURATION, length, error) ||
         (*length <= 0 && !skein_refuse(error, "found '%s', expected more than 0", text)))) {
        g_prefix_error(error, "%s: ", key);
        return false;
    }
    return true;
}

static bool parse_number_in(const CallText *call, const char *key, ValueUnit unit, int64_t maximum,
                            uint32_t *number, GError **error)
{
    const char *text = call_text_option(call, key);
    int64_t value;
    if (text == NULL) {
        return true;
    }
    if (!value_parse(text, unit, &value, error)) {
        g_prefix_error(error, "%s: ", key);
        return false;
    }
    if (value < 1 || value > maximum) {
        g_autofree char *most = value_print(maximum, unit);
        return skein_refuse(error, "%s: found '%s', expected 1 to %s", key, text, most);
    }
    *number = (uint32_t)value;
    return true;
}

static bool read_codel(const CallText *call, QueuePolicy *policy, GError **error)
{
    static const char *const keys[] = {"limit", "target", "interval", NULL};
    const char *limit = call_text_option(call, "limit");
    policy->kind = QUEUE_CODEL;
    return call_text_expect(call, 0, 0, keys, USAGES[2], error) &&
           parse_limit(limit == NULL ? "1000packets" : limit, policy, error) &&
           parse_length(call, "target", &policy->target, error) &&
           parse_length(call, "interval", &policy->interval, error);
}

static bool read_fq_codel(const CallText *call, QueuePolicy *policy, GError **error)
{
    static const char *const keys[] = {"limit", "target", "interval", "flows", "quantum", NULL};
    const char *limit = call_text_option(call, "limit");
    policy->kind = QUEUE_FQ_CODEL;
    return call_text_expect(call, 0, 0, keys, USAGES[3], error) &&
           parse_limit(limit == NULL ? "10240packets" : limit, policy, error) &&
           parse_length(call, "target", &policy->target, error) &&
           parse_length(call, "interval", &policy->interval, error) &&
           parse_number_in(call, "flows", VALUE_COUNT, 65536, &policy->flows, error) &&
           parse_number_in(call, "quantum", VALUE_SIZE, 1 << 20, &policy->quantum_bytes, error);
}

static bool read_weight(const CallText *call, QueuePolicy *policy, GError **error)
{
    const char *text = call_text_option(call, "weight");
    if (text == NULL) {
        return true;
    }
    if (!value_parse_probability(text, &policy->weight, error)) {
        g_prefix_error(error, "weight: ");
        return false;
    }
    return policy->weight > 0 ||
           skein_refuse(error, "weight: found '%s', expected more than 0", text);
}

static bool read_red(const CallText *call, QueuePolicy *policy, GError **error)
{
    static const char *const keys[] = {"limit", "weight", "packet", NULL};
    policy->kind = QUEUE_RED;
    if (!call_text_expect(call, 3, 3, keys, USAGES[1], error)) {
        return false;
    }
    const char *least = call_text_argument(call, 0), *most = call_text_argument(call, 1);
    const char *limit = call_text_option(call, "limit");
    bool least_is_bytes, most_is_bytes;
    uint64_t minimum, maximum;
    if (!parse_amount(least, &least_is_bytes, &minimum, error) ||
        !parse_amount(most, &most_is_bytes, &maximum, error) ||
        !value_parse_probability(call_text_argument(call, 2), &policy->probability, error) ||
        !read_weight(call, policy, error) ||
        !parse_number_in(call, "packet", VALUE_SIZE, 1 << 20, &policy->mean_packet_size, error)) {
        return false;
    }
    policy->limit = UINT64_MAX;
    policy->counts_bytes = least_is_bytes;
    if (limit != NULL && !parse_limit(limit, policy, error)) {
        return false;
    }
    if (least_is_bytes != most_is_bytes || policy->counts_bytes != least_is_bytes) {
        return skein_refuse(error,
                            "found '%s', '%s' and limit '%s', expected all in bytes or all "
                            "in packets",
                            least, most, limit == NULL ? "none" : limit);
    }
    if (maximum <= minimum || policy->limit < maximum) {
        return skein_refuse(error,
                            "found min '%s', max '%s', limit '%s', expected min below max "
                            "and max up to the limit",
                            least, most, limit == NULL ? "none" : limit);
    }
    policy->minimum = (double)minimum;
    policy->maximum = (double)maximum;
    return true;
}

static bool read_policy(const CallText *call, const char *text, QueuePolicy *policy, GError **error)
{
    const char *name = call_text_name(call);
    if (g_str_equal(name, "codel")) {
        return read_codel(call, policy, error);
    }
    if (g_str_equal(name, "fq-codel")) {
        return read_fq_codel(call, policy, error);
    }
    if (g_str_equal(name, "red")) {
        return read_red(call, policy, error);
    }
    if (g_str_equal(name, "drop-tail")) {
        return call_text_expect(call, 1, 1, NULL, "drop-tail(64KiB)", error) &&
               parse_limit(call_text_argument(call, 0), policy, error);
    }
    if (!call_text_has_parentheses(call) &&
        (g_ascii_isdigit(text[0]) || g_str_equal(text, "unlimited"))) {
        return parse_limit(text, policy, error);
    }
    return skein_refuse(error, "found '%s', expected %s, drop-tail(), red(), codel() or fq-codel()",
                        text, "a size such as 64KiB, 100packets, unlimited");
}

bool queue_policy_parse(const char *text, QueuePolicy *ret_policy, GError **error)
{
    g_autoptr(CallText) call = call_text_new(text, error);
    QueuePolicy policy = {.limit = UINT64_MAX,
                          .target = 5 * SIM_MILLISECOND,
                          .interval = 100 * SIM_MILLISECOND,
                          .flows = 1024,
                          .quantum_bytes = 1514,
                          .weight = 0.002,
                          .mean_packet_size = 1000};
    if (call == NULL || !read_policy(call, text, &policy, error)) {
        return false;
    }
    *ret_policy = policy;
    return true;
}

const char *queue_policy_usage(unsigned index)
{
    return index < G_N_ELEMENTS(USAGES) ? USAGES[index] : NULL;
}

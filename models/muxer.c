/* SPDX-License-Identifier: MIT */
/* The list of muxers, and what is the same for all. */
#include "models/muxer.h"

#include <string.h>

static const Muxer *const MUXERS[] = {
#define X(name) &MUXER_##name,
#include "models/muxer_list.h"
#undef X
};

const Muxer *muxer_at(unsigned number)
{
    g_assert(number < G_N_ELEMENTS(MUXERS));
    return MUXERS[number];
}

int muxer_find(const char *name)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(MUXERS); i++) {
        if (strcmp(MUXERS[i]->name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

MuxerSession *muxer_new(const Muxer *muxer, const MuxerSettings *settings, BlockPool *blocks,
                        bool is_initiator, bool stands, const MuxerUser *calls, void *user,
                        SimTime now)
{
    MuxerSession *session = muxer->new (settings, blocks, is_initiator, stands, now);
    session->muxer = muxer;
    session->calls = calls;
    session->user = user;
    return session;
}

void muxer_free(MuxerSession *session)
{
    if (session != NULL) {
        session->muxer->free(session);
    }
}

void *muxer_write(MuxerSession *session, SimTime now, uint64_t stream, uint16_t kind,
                  uint16_t flags, uint32_t length, uint32_t body_size_bytes)
{
    g_assert(length > 0);
    const ChannelItem item = {.size_bytes = channel_item_size_bytes(body_size_bytes),
                              .length = length,
                              .kind = kind,
                              .flags = flags};
    return session->muxer->write(session, now, stream, &item, body_size_bytes);
}

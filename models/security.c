/* SPDX-License-Identifier: MIT */
/* The securities. Sizes with an Ed25519 identity: its public key takes 36 bytes as libp2p writes
 * it, a peer id 38, a signature 64. */
#include "models/security.h"

#include <glib.h>
#include <string.h>

/* libp2p's plaintext/2.0.0: each side sends Exchange{id, pubkey} at once, with a length of one
 * byte. */
static const HandshakeMessage PLAINTEXT[] = {
    {.by_initiator = true, .size_bytes = 1 + (2 + 38) + (2 + 36)},
    {.by_initiator = false, .size_bytes = 1 + (2 + 38) + (2 + 36)},
};

/* libp2p's noise, XX: two bytes of length, keys of 32, tags of 16; the payload of messages 2 and 3
 * is the identity's key (38) and its signature of the static key (66). */
static const HandshakeMessage NOISE[] = {
    {.by_initiator = true, .operations = 1, .size_bytes = 2 + 32},
    {.by_initiator = false,
     .after = 1,
     .operations = 4,
     .mention = MENTION_LIST,
     .size_bytes = 2 + 32 + (32 + 16) + 104 + 16},
    {.by_initiator = true,
     .after = 1,
     .operations = 5,
     .mention = MENTION_LIST,
     .size_bytes = 2 + (32 + 16) + 104 + 16},
};

/* TLS 1.3 (RFC 8446) with libp2p's certificates of some 434 bytes on P-256: both flights of records
 * together; estimates, for they depend on the library's extensions. The server's first flight has a
 * ServerHello, EncryptedExtensions, CertificateRequest, Certificate, CertificateVerify and
 * Finished; the client's second one a Certificate, CertificateVerify and Finished. */
static const HandshakeMessage TLS[] = {
    {.by_initiator = true, .operations = 1, .mention = MENTION_LIST, .size_bytes = 250},
    {.by_initiator = false,
     .after = 1,
     .operations = 3,
     .mention = MENTION_CHOICE,
     .size_bytes = 900},
    {.by_initiator = true, .after = 1, .operations = 4, .size_bytes = 630},
};

static const Security SECURITY_plaintext = {
    .name = "plaintext",
    .protocol = "/plaintext/2.0.0",
    .messages = PLAINTEXT,
    .message_count = G_N_ELEMENTS(PLAINTEXT),
};

/* A record is a length of two bytes, up to 65,519 bytes and a tag of 16. */
static const Security SECURITY_noise = {
    .name = "noise",
    .protocol = "/noise",
    .messages = NOISE,
    .message_count = G_N_ELEMENTS(NOISE),
    .overhead_bytes = 18,
    .record_bytes = 65519,
    .list_bytes = 2,
    .entry_bytes = 2,
    .initiator_chooses = true,
};

/* A record has a header of 5 bytes, a type and a tag of 16, around up to 16 KiB. */
static const Security SECURITY_tls = {
    .name = "tls",
    .protocol = "/tls/1.0.0",
    .messages = TLS,
    .message_count = G_N_ELEMENTS(TLS),
    .overhead_bytes = 22,
    .record_bytes = 16384,
    .entry_bytes = 1,
    .falls_back = true,
};

static const Security *const SECURITIES[] = {
#define X(name) &SECURITY_##name,
#include "models/security_list.h"
#undef X
};

_Static_assert(G_N_ELEMENTS(SECURITIES) == SECURITY_COUNT, "the list has as many");

const Security *security_get(unsigned number)
{
    g_assert(number < SECURITY_COUNT);
    return SECURITIES[number];
}

unsigned security_find(const char *name)
{
    unsigned number = 0;
    while (number < SECURITY_COUNT && strcmp(SECURITIES[number]->name, name) != 0) {
        number++;
    }
    return number;
}

uint64_t security_sealed_bytes(const Security *security, uint64_t plain_bytes)
{
    if (security->record_bytes == 0) {
        return plain_bytes;
    }
    const uint64_t records = (plain_bytes + security->record_bytes - 1) / security->record_bytes;
    return plain_bytes + records * security->overhead_bytes;
}

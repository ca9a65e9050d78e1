/* SPDX-License-Identifier: MIT */
/* The securities, in the order in which they are listed and numbered. */
X(plaintext)
X(noise)
X(tls)

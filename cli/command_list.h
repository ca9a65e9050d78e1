/* SPDX-License-Identifier: MIT */
/* The commands, in the order in which --help shows them: X(name, "one-line help") expects
 * `int command_name(int argc, char **argv)` in cli/name.c. */
X(digest, "print the digest of a database's content")

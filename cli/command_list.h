/* SPDX-License-Identifier: MIT */
/* The commands, in the order in which --help shows them: X(name, "one-line help") expects
 * `int command_name(int argc, char **argv)` in cli/name.c. One without help is not shown: it is
 * for the program itself. */
X(run, "run a scenario into a database")
X(sweep, "run all combinations of a file's sweep into one database")
X(merge, "join the databases of a sweep's shares")
X(list, "list scenario modules and files")
X(describe, "explain a module, or a file's values")
X(inspect, "print peers as they are at one instant")
X(new, "write the skeleton of a scenario module")
X(rerun, "run what is in a database again and compare")
X(verify, "run in other ways and name the first event that differs")
X(check, "search seeds for one that violates a property, and shrink it")
X(checkpoints, NULL)
X(digest, "print the digest of a database's content")
X(export, "write a run in the format of another tool")
X(plot, "draw latencies, messages or the topology of a run")
X(stats, "print counts, means and quantiles of a database")
X(compare, "say whether two databases or cells differ, and by how much")
X(report, "write one HTML page about a run")
X(view, "serve that page from the database")

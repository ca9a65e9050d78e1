# SPDX-License-Identifier: MIT
# The rules of tests/tidy.sh that can be decided line by line. Reads Makefile.am, the lists, then all
# files of the tree, all named on the command line relative to its top; prints one line for each
# offence: rule, tab, place and what is wrong there.
#
# Words that the rules forbid are written here with a bracket in them (T[O]DO), so that this file
# does not break its own rules.

function offence(rule, line, text)
{
    printf "%s\t%s%s: %s\n", rule, FILENAME, line ? ":" line : "", text
}

# True when one of the words stands in the text as a whole word.
function has_word(text, words)
{
    return text ~ ("(^|[^A-Za-z0-9_])(" words ")([^A-Za-z0-9_]|$)")
}

# The line without comments and with empty strings; in_comment carries over to the next line.
function code_of(line,    out, token)
{
    out = ""
    while (line != "") {
        if (in_comment) {
            if ((at = index(line, "*/")) == 0) {
                return out
            }
            line = substr(line, at + 2)
            in_comment = 0
        } else if (match(line, /"([^"\\]|\\.)*"|'([^'\\]|\\.)*'|\/\*|\/\//)) {
            out = out substr(line, 1, RSTART - 1)
            token = substr(line, RSTART, 2)
            if (token == "//") {
                return out
            }
            if (token == "/*") {
                in_comment = 1
                line = substr(line, RSTART + 2)
            } else {
                out = out "\"\""
                line = substr(line, RSTART + RLENGTH)
            }
        } else {
            return out line
        }
    }
    return out
}

# A symbol PREFIX_NAME takes an entry X(NAME) in one of the lists of its folder.
function need_entry(symbol)
{
    sub(/\(.*/, "", symbol)
    sub(/^[A-Za-z]*_/, "", symbol)
    if (!((folder, symbol) in entries)) {
        offence("every module is in its list", FNR, "no X(" symbol ") in a *_list.h of " folder)
    }
}

# A file is listed by its own name or with its folder.
function is_listed(path)
{
    while (path != "" && !(path in listed)) {
        if (path !~ /\//) {
            return 0
        }
        sub(/\/[^\/]*$/, "", path)
    }
    return 1
}

function folder_of(path)
{
    return path ~ /\// ? substr(path, 1, index(path, "/") - 1) : ""
}

function stem_of(path)
{
    sub(/^.*\//, "", path)
    sub(/\.[^.]*$/, "", path)
    return path
}

# Which folders a folder may include; analysis knows only the database.
BEGIN {
    may_include["sim"] = " sim "
    may_include["models"] = " sim models "
    may_include["scenarios"] = " sim models scenarios "
    may_include["analysis"] = " analysis "
    may_include["cli"] = " sim models scenarios analysis cli "
    may_include["tests"] = " sim models scenarios analysis cli tests "
    # All that a scenario module sees of the world.
    scenario_may_include = " models/application.h models/host.h models/snapshot.h models/span.h sim/distribution.h" \
        " sim/error.h sim/event.h sim/peer_set.h sim/settings.h sim/sim_time.h sim/value_text.h "
    inexact = "exp|exp2|expm1|log|log2|log10|log1p|pow|cbrt|hypot|sin|cos|tan|asin|acos|atan|" \
        "atan2|sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|lgamma|tgamma"
    file_lines_max = 500
    function_lines_max = 70
}

FNR == 1 {
    end_file()
    folder = folder_of(FILENAME)
    stem = stem_of(FILENAME)
    is_source = FILENAME ~ /\.[ch]$/
    is_script = FILENAME ~ /\.(sh|awk|am|ac)$/ || FILENAME == "bootstrap" || FILENAME == ".ci/run"
    is_run = folder == "sim" || folder == "models" || folder == "scenarios"
    in_comment = 0
    body_line = 0
    shown_length = 0
    if (FILENAME != "Makefile.am" && FILENAME != "configure.ac" && !is_listed(FILENAME)) {
        offence("every file is in a list of Makefile.am", 0, "named nowhere in Makefile.am")
    }
    if (stem ~ /(^|_)(utils?|common|misc|helpers?)(_|$)/) {
        offence("files are named after their concept", 0, "a name that says nothing")
    }
    if (FILENAME ~ /^tests\/test_.*\.c$/) {
        need_entry(stem)
    }
    if (FILENAME ~ /\.h$/ && folder != "tests") {
        headers[FILENAME] = 1
    }
}

function end_file()
{
    if (last_file ~ /\.[ch]$/ && last_length > file_lines_max) {
        printf "files have at most %d lines\t%s: %d lines\n", file_lines_max, last_file, last_length
    }
}

{
    last_file = FILENAME
    last_length = FNR
}

FILENAME == "Makefile.am" {
    count = split($0, words, /[ \t\\]+/)
    for (i = 1; i <= count; i++) {
        word = words[i]
        sub(/^\$\((top_)?srcdir\)\//, "", word)
        listed[word] = 1
    }
}

FILENAME ~ /_list\.h$/ && match($0, /^X\([A-Za-z0-9_]+/) {
    entries[folder, substr($0, RSTART + 2, RLENGTH - 2)] = 1
}

(is_source || is_script) && (FNR == 1 || FNR == 2) && /SPDX-License-Identifier: / {
    has_licence[FILENAME] = 1
}

FNR == 2 && (is_source || is_script) && !(FILENAME in has_licence) {
    offence("every source names its licence", 1, "no SPDX line")
}

/\/(work|farm|root|home|tmp\/[a-z]+)\/[a-z]/ {
    offence("no path of one machine", FNR, $0)
}

(is_source || is_script) &&
    has_word(toupper($0), "T[O]DO|F[I]XME|X[X]X|H[A]CK|ST[U]B|NOT IMPL[E]MENTED") {
    offence("nothing is marked as unfinished", FNR, $0)
}

folder == "tests" && FILENAME !~ /^tests\/bench\// &&
    /us[l]eep|sl[e]ep [0-9]|clock_[g]ettime|g_get_[m]onotonic_time/ {
    offence("tests do not look at the clock", FNR, $0)
}

!is_source {
    next
}

# What a list of the folder makes known: `const Stack STACK_ideal`, `int command_run(`.
/^const [A-Z][A-Za-z]* [A-Z]+_[a-z0-9_]+ =/ || /^const TopologyKind TOPOLOGY_/ {
    need_entry($3)
}

/^int command_[a-z_]+\(int argc/ {
    need_entry($2)
}

/^#include "/ {
    path = $2
    gsub(/"/, "", path)
    target = folder_of(path)
    if (path != "config.h" && index(may_include[folder], " " target " ") == 0) {
        offence("includes point downwards", FNR, folder " includes " path)
    }
    if (folder == "scenarios" && FILENAME ~ /\.c$/ && ("scenarios", stem) in entries && target != "scenarios" &&
        index(scenario_may_include, " " path " ") == 0) {
        offence("scenarios reach the network through hosts only", FNR, "includes " path)
    }
    own = path
    sub(/\.h$/, ".c", own)
    if (FILENAME != own && (folder != "tests" || target == "tests")) {
        used[path] = 1
    }
}

{
    code = code_of($0)
}

is_run && code ~ /[a-z]/ {
    if (has_word(code, "s?random|s?rand|[de]rand48|GRand") || code ~ /g_rand(om)?_/) {
        offence("runs draw only named random numbers", FNR, $0)
    }
    if (code ~ ("(^|[^A-Za-z0-9_])(" inexact ")f?\\(")) {
        offence("runs use no inexact libm", FNR, $0)
    }
}

(folder == "sim" || folder == "models") &&
    (code ~ /g_get_(m[o]notonic|real)_time|g_date_time_new_now/ ||
        has_word(code, "clock_[g]ettime|gettimeofday")) {
    offence("the engine reads no clock", FNR, $0)
}

(is_run || folder == "analysis") && code ~ /^ *static [^(]*[;=]/ && code !~ /(^|[ *])const / &&
    code !~ /\*const / {
    offence("no global mutable state", FNR, $0)
}

/^\{/ {
    body_line = FNR
}

/^}/ && body_line {
    if (FNR - body_line + 1 > function_lines_max) {
        offence("functions have at most 70 lines", body_line, signature " has " \
            FNR - body_line + 1 " lines")
    }
    body_line = 0
}

!body_line && /\(/ {
    signature = $0
    sub(/\(.*/, "", signature)
}

END {
    end_file()
    for (path in headers) {
        if (!(path in used)) {
            printf "every header is used\t%s: included by nothing but its own source and tests\n", \
                path
        }
    }
}

#!/bin/sh
# SPDX-License-Identifier: MIT
# What README.md, docs/*.md and the manual page tell a reader to type works.
#
# In Markdown, a ```sh block is run, in the order of the document; a ```yaml block whose first line
# is `# NAME.yaml` is written to that file; blocks of another kind are only text. In the manual page,
# the blocks between .EX and .EE are run. Everything happens in a fresh folder for each document that
# looks like the top of the tree: build/skein, scenarios/ and docs/ are there, and skein is in PATH.
# A line that ends in `# exit status N` must exit so; any other must exit with 0.
#
# Then: each link to a file of the tree leads somewhere, and the manual page has the commands and the
# options of --help, no fewer and no more.
set -u
export LC_ALL=C
. "$top_srcdir/tests/tap.sh"

folder=$(mktemp -d)
trap 'rm -rf "$folder" "$tap_output"' EXIT
PATH=$folder/bin:$PATH
mkdir "$folder/bin"
ln -s "$skein" "$folder/bin/skein"

# Prints a Markdown document's files and commands as one script.
markdown_script()
{
    awk '
        /^```/ && kind != "" {
            if (kind == "yaml" && name != "") {
                print "END_OF_BLOCK"
            }
            kind = ""
            next
        }
        /^```/ {
            kind = substr($0, 4)
            first = 1
            next
        }
        kind == "sh" { print }
        kind == "yaml" && first {
            name = $0 ~ /^# [A-Za-z0-9_-]+\.yaml$/ ? substr($0, 3) : ""
            if (name != "") {
                print "cat >" name " <<\"END_OF_BLOCK\""
            }
        }
        kind == "yaml" && name != "" { print }
        { first = 0 }' "$1"
}

manual_script()
{
    sed -n '/^\.EX/,/^\.EE/{ /^\.E[XE]/d; s/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e/\\/g; p; }' "$1"
}

# A command that is to fail becomes one that succeeds when it fails so.
expect_status()
{
    sed 's/^\(.*[^ ]\)  *# exit status \([0-9]*\)$/status=0; \1 || status=$?; test $status -eq \2/'
}

run_script()
{
    mkdir "$folder/$1" && cd "$folder/$1" || return
    mkdir build
    ln -s "$skein" build/skein
    ln -s "$top_srcdir/scenarios" "$top_srcdir/docs" .
    sh -eux "$folder/$1.sh"
}

document()
{
    name=$(basename "$1")
    "$2" "$1" | expect_status >"$folder/$name.sh"
    for need in 'skein plot:gnuplot' 'sqlite3 :sqlite3'; do
        tool=${need#*:}
        if grep -q "${need%:*}" "$folder/$name.sh" && ! command -v "$tool" >/dev/null; then
            skip "$name: its commands work" "there is no $tool"
            return
        fi
    done
    if [ -s "$folder/$name.sh" ]; then
        check "$name: its $(grep -c 'skein' "$folder/$name.sh") commands work" run_script "$name"
    fi
}

# Links in Markdown, relative to the document.
has_no_dead_link()
{
    cd "$(dirname "$1")" || return
    sed 's/](/\n](/g' "$1" | sed -n 's/^](\([^)#]*\).*/\1/p' | grep -v '^[a-z]*:' |
        while read -r path; do
            [ -z "$path" ] || [ -e "$path" ] || echo "$path"
        done >"$folder/dead"
    cat "$folder/dead"
    [ ! -s "$folder/dead" ]
}

documented_commands()
{
    sed -n 's/^\.SS skein \([a-z]*\).*/\1/p' "$top_srcdir/docs/skein.1" | sort
}

# The commands of `skein --help` stand in lines that begin with two blanks and the name.
helped_commands()
{
    skein --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z]*\)  *.*/\1/p' | sort
}

same_commands()
{
    documented_commands >"$folder/documented"
    helped_commands >"$folder/helped"
    [ -s "$folder/helped" ] && diff "$folder/documented" "$folder/helped"
}

options_in()
{
    grep -o -e '--[a-z][a-z-]*' | grep -v -x -e --help | sort -u
}

# The options of a command: those its --help explains and those in its section of the page.
same_options()
{
    skein "$1" --help | grep '^  *-' | sed 's/   .*//' | options_in >"$folder/helped"
    sed -n "/^\\.SS skein $1 /,/^\\.S[HS] /p; /^\\.SS skein $1\$/,/^\\.S[HS] /p" \
        "$top_srcdir/docs/skein.1" | grep -v '^\.S[HS]' | sed 's/\\-/-/g; s/\\f[A-Z]//g' |
        options_in >"$folder/documented"
    diff "$folder/documented" "$folder/helped"
}

has_no_warning()
{
    man --warnings=w -l "$1" 2>&1 >"$folder/page.txt" | tee "$folder/warnings"
    [ ! -s "$folder/warnings" ] && [ "$(wc -l <"$folder/page.txt")" -gt 100 ]
}

for file in "$top_srcdir"/README.md "$top_srcdir"/docs/*.md; do
    if [ -f "$file" ]; then
        document "$file" markdown_script
        check "$(basename "$file"): its links lead somewhere" has_no_dead_link "$file"
    fi
done
document "$top_srcdir/docs/skein.1" manual_script
check 'skein --help and the manual page have the same commands' same_commands
for command in $(helped_commands); do
    check "and the same options of skein $command" same_options "$command"
done
if command -v man >/dev/null; then
    check 'the manual page is without warnings' has_no_warning "$top_srcdir/docs/skein.1"
else
    skip 'the manual page is without warnings' 'there is no man'
fi
finish

# SPDX-License-Identifier: MIT
# tables.py DB FOLDER: reads every CSV file of the folder by the rules of RFC 4180 and compares it with the table of that
# name, value by value, rows in any order. Prints tables and rows.
import csv
import os
import sqlite3
import sys


def text(value):
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return value


def same(found, expected):
    if isinstance(expected, float):
        return float(found) == expected
    return found == str(expected)


database = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
database.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
tables = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
files = {name[:-4] for name in os.listdir(sys.argv[2])}
assert tables == files, tables ^ files
count = 0
for table in sorted(tables):
    with open(os.path.join(sys.argv[2], table + ".csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file, strict=True))
    cursor = database.execute(f"SELECT * FROM {table}")
    assert rows[0] == [column[0] for column in cursor.description], table
    width = len(rows[0])
    order = ", ".join(str(column + 1) for column in range(width))
    expected = database.execute(f"SELECT * FROM {table} ORDER BY {order}")
    for row, values in zip(rows[1:], expected, strict=True):
        assert len(row) == width, (table, row)
        for found, value in zip(row, map(text, values)):
            value = value.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if isinstance(value, str) else value
            assert same(found, value), (table, found, value)
        count += 1
print(len(tables), count)

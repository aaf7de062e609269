"""What people do without feedparity: read the same files on each Python, dump
every row as a line of JSON, then cmp the dumps. Runs on 2.7 and on 3.x.

usage: pipeline.py CODEC DUMP FILE-OR-DIRECTORY
"""
import csv
import json
import os
import sys

codec, dump, source = sys.argv[1:]


def rows(path):
    if sys.version_info[0] == 2:
        with open(path, 'rb') as f:
            for row in csv.reader(f):
                yield [cell.decode(codec).strip() for cell in row]
    else:
        with open(path, encoding=codec, newline='') as f:
            for row in csv.reader(f):
                yield [cell.strip() for cell in row]


paths = [source]
if os.path.isdir(source):
    paths = [os.path.join(source, name) for name in sorted(os.listdir(source))]
with open(dump, 'w') as out:
    for path in paths:
        for row in rows(path):
            out.write(json.dumps(row))
            out.write('\n')

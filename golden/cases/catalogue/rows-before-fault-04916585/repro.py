#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Golden case catalogue/rows-before-fault-04916585: rows-before-fault
# rows-before-fault:UnicodeDecodeError:bytes-decode/text
#
# Under python2.7 this does with input.csv what the py2 path does, under python3
# what the py3 path does (recorded with 2.7 and 3.13), and prints each row and
# the exception, if one is raised, as a line of JSON. Other lines start with '#'.
#
# Fix: rows = list(csv.reader(f))  # then store: all rows or none, on both paths
import csv
import json
import os
import re
import sys

INPUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'input.csv')

if sys.version_info[0] == 2:
    # py2: --as py2 --python 2.7 --open bytes-decode --codec utf-8 --errors strict --field-limit 131072 --reader reader
    def decode(cell):
        return cell.decode('utf-8', 'strict')

    def rows(path):
        reader = csv.reader(open(path, 'rb'))
        for row in reader:
            row = [decode(cell) for cell in row]
            yield show(row)

else:
    # py3: --as py3 --python 3.13 --open text --codec utf-8 --errors strict --field-limit 131072 --reader reader
    def rows(path):
        reader = csv.reader(open(path, encoding='utf-8', errors='strict', newline=''))
        for row in reader:
            yield show(row)


def string(text):
    text = json.dumps(text, ensure_ascii=False)
    return re.sub(u'[\ud800-\udfff]', lambda m: u'\\u%04x' % ord(m.group()), text)


def show(value):
    if isinstance(value, type(u'')):
        if re.search(u'[\ud800-\udbff][\udc00-\udfff]', value):
            return u'{"codepoints":"%s"}' % u' '.join(u'%x' % ord(c) for c in value)
        return string(value)
    return u'[%s]' % u','.join(show(cell) for cell in value)


def fault(exc, row):
    try:
        message = str(exc)
    except Exception:  # a unicode message that is not ASCII, in python2.7
        message = repr(exc)
    if sys.version_info[0] == 2:
        message = message.decode('latin-1')
    kind = 'csv.Error' if type(exc) is csv.Error else type(exc).__name__
    return u'{"fault":{"type":%s,"message":%s,"row":%d}}' % (string(kind), string(message), row)


def main():
    lines = []
    try:
        for row in rows(INPUT):
            lines.append(row)
    except Exception as exc:
        lines.append(fault(exc, len(lines) + 1))
    lines.append(u'# first difference: row 1, column 0')
    out = getattr(sys.stdout, 'buffer', sys.stdout)  # bytes, whatever the terminal's encoding
    out.write(b''.join(line.encode('utf-8') + b'\n' for line in lines))


if __name__ == '__main__':
    main()

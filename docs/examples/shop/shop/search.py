"""Documents for the search index."""
import re
import unicodedata

import six

from .compat import open_csv

if six.PY2:
    import unicodecsv as csv
else:
    import csv

WORD = re.compile(r'\w{3,}', re.UNICODE)


def slug(name):
    """A name for use in a URL; most names need nothing done."""
    try:
        name.encode('ascii')
    except UnicodeEncodeError:
        name = unicodedata.normalize('NFKD', name).encode('ascii', 'ignore')
    return name


def documents(path):
    """Returns a list of {id, title, keywords}."""
    found = []
    with open_csv(path) as delivery:
        for row in csv.DictReader(delivery):
            name = ' '.join(row['name'].split())
            found.append({
                'id': '%s/%s' % (row['sku'], slug(name)),
                'title': name.upper(),
                'keywords': list(set(WORD.findall(name))),
            })
    return found
